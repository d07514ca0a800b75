package org.stfbatch.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Kernels that show what a device can do at best, run as the model runs its own. Used by one
 * thread. A call returns when its kernel has ended.
 */
public final class PeakKernels implements AutoCloseable {
  private final TorchModule module;
  private final ModelSettings settings;
  private int copies;
  private int next;

  private PeakKernels(TorchModule module, ModelSettings settings) {
    this.module = module;
    this.settings = settings;
  }

  /** Products are computed in the settings' dtype. */
  public static PeakKernels open(ModelSettings settings) {
    TorchModule module = TorchModule.load(TorchArchive.of("peak"));
    module.call(
        "configure",
        settings.device(),
        settings.dtype().torchCode(),
        settings.weights().torchCode());
    return new PeakKernels(module, settings);
  }

  /** The tensor library's version. */
  public static String libraryVersion() {
    return Engine.getEngine("PyTorch").getVersion();
  }

  /** The threads that one operation of the tensor library uses. */
  public static int threads() {
    Engine.getEngine("PyTorch");
    return JniUtils.getNumThreads();
  }

  /**
   * Makes random matrices [outputs, inputs] for {@link #product}, in the layout that the model
   * gives its weights.
   *
   * @param bytes make so many different ones that they take this much together, at least one
   */
  public void drawWeights(int inputs, int outputs, long bytes) {
    long each = (long) inputs * outputs * settings.weightBytes();
    copies = Math.toIntExact(Math.max(1, (bytes + each - 1) / each));
    next = 0;
    module.call("draw_weights", outputs, inputs, copies);
  }

  /** Makes the other factor [rows, inputs]. */
  public void drawRows(int rows, int inputs) {
    module.call("draw_rows", rows, inputs);
  }

  /** Multiplies the rows with the next of the matrices, in turn. */
  public void product() {
    module.call("product", next);
    next = (next + 1) % copies;
  }

  /** Makes two buffers of this size for {@link #copy} and {@link #read}. */
  public void drawBuffers(long bytes) {
    module.call("draw_buffers", bytes / Float.BYTES);
  }

  /** Copies one buffer to the other. */
  public void copy() {
    module.call("copy");
  }

  /** Reads one buffer: the sum of its float32 numbers. */
  public void read() {
    module.call("read");
  }

  /** Lets go of matrices, rows and buffers. */
  public void clear() {
    module.call("clear");
  }

  @Override
  public void close() {
    module.close();
  }
}
