package org.stfbatch.cli.option;

import java.util.List;
import java.util.Locale;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.Yopo;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EnginePool;
import org.stfbatch.engine.Watchdog;
import org.stfbatch.image.FetchSettings;
import org.stfbatch.job.InputException;
import org.stfbatch.job.infer.ModelName;
import org.stfbatch.job.infer.Preparation;
import org.stfbatch.job.infer.ServedModel;
import org.stfbatch.model.Int8Products;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.ModelFlops;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * A loaded model with what answering needs.
 *
 * @param engine engine that runs the model
 * @param preparation preparation of images and prompts
 * @param name name that is stored with answers
 * @param watchdog detects stalled devices
 * @param flops cost of answers
 */
public record LoadedModel(
    Engine engine, Preparation preparation, ModelName name, Watchdog watchdog, ModelFlops flops)
    implements AutoCloseable {
  private static final double NANOS = 1e9;
  private static final String COARSE_INT8 =
      "this processor has no 8-bit dot products (AVX-VNNI, AVX-512 VNNI, AMX): with --weights int8,"
          + " activations have 7 bits, and answers differ more often than where it has";

  /**
   * @param fetching settings for fetching images
   * @param jobs number of jobs to answer
   */
  static LoadedModel load(
      ModelOptions model,
      DeviceOptions device,
      CompressionStrategy compression,
      ConversationOption conversation,
      FetchSettings fetching,
      long jobs) {
    long started = System.nanoTime();
    ReadModel read = model.read();
    LlavaCheckpoint checkpoint = read.checkpoint();
    LlamaTokenizer tokenizer = read.tokenizer();
    if (device.isInt8() && Int8Products.activationBits() < Byte.SIZE) {
      Notices.onStderr(COARSE_INT8);
    }
    checkpoint
        .yopoTuning()
        .filter(tuned -> !(compression instanceof Yopo yopo && tuned.agreesWith(yopo)))
        .ifPresent(tuned -> Notices.onStderr("this checkpoint was tuned with " + tuned.describe()));
    try {
      conversation.noticeForeignEnd(tokenizer);
      Engine engine = start(model, device.models(jobs, compression), device, checkpoint, tokenizer);
      Notices.onStderr(
          String.format(
              Locale.ROOT,
              "model %s on %s%s: loaded in %.1f s",
              model.name(),
              device,
              compression.compresses() ? ", " + compression.spec() : "",
              (System.nanoTime() - started) / NANOS));
      return new LoadedModel(
          engine,
          device.preparation(read, fetching),
          new ModelName(model.name(), engine.model(), device.place()),
          Watchdog.start(engine, device.stallTimeout()),
          ModelFlops.of(checkpoint, compression));
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private static Engine start(
      ModelOptions model,
      List<ModelSettings> settings,
      DeviceOptions device,
      LlavaCheckpoint checkpoint,
      LlamaTokenizer tokenizer) {
    try {
      return EnginePool.start(checkpoint, settings, tokenizer, device.engine());
    } catch (ModelException e) {
      throw new InputException(
          "model %s cannot be loaded on %s: check --device and its memory (%s)"
              .formatted(
                  model.name(), device.name(), e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  /** Returns what an inference job needs of the model. */
  public ServedModel served() {
    return new ServedModel(engine, preparation, name);
  }

  @Override
  public void close() {
    watchdog.close();
    try {
      engine.close();
    } finally {
      preparation.tokenizer().close();
    }
  }
}
