package org.stfbatch.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Kernels for measuring a device's peak rates, run in the same way as the model's own. Used by one
 * thread. A call returns when its kernel has finished.
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

  /**
   * Opens the kernels; products are computed in the settings' dtype.
   *
   * @throws IllegalArgumentException if the device is a GPU that cannot be used
   */
  public static PeakKernels open(ModelSettings settings) {
    CudaDevice.require(settings.device());
    TorchModule module = TorchModule.load(TorchArchive.of("peak"));
    module.call(
        "configure",
        settings.device(),
        settings.dtype().torchCode(),
        settings.weights().torchCode());
    return new PeakKernels(module, settings);
  }

  /** Returns the version of LibTorch. */
  public static String libraryVersion() {
    return Engine.getEngine("PyTorch").getVersion();
  }

  /** Returns the number of threads of one LibTorch operation. */
  public static int threads() {
    Engine.getEngine("PyTorch");
    return JniUtils.getNumThreads();
  }

  /**
   * Creates random matrices [outputs, inputs] for {@link #product}, in the layout of the model's
   * weights.
   *
   * @param bytes total size of the different matrices; at least one matrix is created
   */
  public void drawWeights(int inputs, int outputs, long bytes) {
    long each = (long) inputs * outputs * settings.weightBytes();
    copies = Math.toIntExact(Math.max(1, (bytes + each - 1) / each));
    next = 0;
    module.call("draw_weights", outputs, inputs, copies);
  }

  /** Creates the other factor [rows, inputs]. */
  public void drawRows(int rows, int inputs) {
    module.call("draw_rows", rows, inputs);
  }

  /** Multiplies the rows with the next matrix, cyclically. */
  public void product() {
    module.call("product", next);
    next = (next + 1) % copies;
  }

  /** Creates two buffers of this size for {@link #copy} and {@link #read}. */
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

  /** Frees matrices, rows and buffers. */
  public void clear() {
    module.call("clear");
  }

  @Override
  public void close() {
    module.close();
  }
}
