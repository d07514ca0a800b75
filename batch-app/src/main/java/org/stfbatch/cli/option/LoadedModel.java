package org.stfbatch.cli.option;

import java.util.Locale;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EnginePool;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.job.InputException;
import org.stfbatch.job.infer.ModelName;
import org.stfbatch.job.infer.Preparation;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * A model that is ready to answer.
 *
 * @param engine with the model
 * @param preparation how images and prompts are made ready for it
 * @param name what answers are signed with
 */
public record LoadedModel(Engine engine, Preparation preparation, ModelName name)
    implements AutoCloseable {
  private static final double NANOS = 1e9;

  /**
   * @param jobs how many are to be answered
   */
  static LoadedModel load(ModelOptions model, DeviceOptions device, long jobs) {
    long started = System.nanoTime();
    LlavaCheckpoint checkpoint = model.open();
    LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory());
    try {
      Engine engine = start(model, device, jobs, checkpoint, tokenizer);
      System.err.printf(
          Locale.ROOT,
          "model %s on %s: loaded in %.1f s%n",
          model.name(),
          device,
          (System.nanoTime() - started) / NANOS);
      return new LoadedModel(
          engine,
          new Preparation(ImageLimits.defaults(), Images.config(checkpoint.config()), tokenizer),
          new ModelName(model.name(), engine.modelFingerprint(), device.place()));
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private static Engine start(
      ModelOptions model,
      DeviceOptions device,
      long jobs,
      LlavaCheckpoint checkpoint,
      LlamaTokenizer tokenizer) {
    try {
      return EnginePool.start(checkpoint, device.models(jobs), tokenizer, device.engine());
    } catch (ModelException e) {
      throw new InputException(
          "model %s cannot be loaded on %s: check --device and its memory (%s)"
              .formatted(
                  model.name(), device.name(), e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  @Override
  public void close() {
    try {
      engine.close();
    } finally {
      preparation.tokenizer().close();
    }
  }
}
