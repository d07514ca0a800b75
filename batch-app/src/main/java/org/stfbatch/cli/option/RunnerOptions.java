package org.stfbatch.cli.option;

import java.util.OptionalLong;
import org.stfbatch.job.infer.InferSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** With which model and where jobs are answered. */
public final class RunnerOptions {
  private static final int CHUNKS_AHEAD = 2;
  private static final int MAX_WINDOW_JOBS = 100_000;
  private static final long WINDOW_BYTES = 256L << 20;

  @Mixin private ModelOptions model;
  @Mixin private DeviceOptions device;

  @Option(
      names = "--chunk",
      defaultValue = "32",
      paramLabel = "N",
      description =
          "Answers that are committed together: what a kill loses at most. Default: ${DEFAULT-VALUE}")
  private int chunk;

  @Option(
      names = "--conv-mode",
      defaultValue = "vicuna_v1",
      paramLabel = "NAME",
      description =
          "Conversation template: vicuna_v1, llava_v1, plain or llama_2. Default: ${DEFAULT-VALUE}")
  private String conversation;

  /**
   * @throws IllegalArgumentException naming an option that cannot be used
   */
  public void check() {
    device.check();
  }

  /**
   * @param limit at most so many jobs; empty for all
   * @param defaults for what a job does not set itself
   */
  public InferSettings settings(OptionalLong limit, InferSettings.Defaults defaults) {
    return new InferSettings(
        chunk, new InferSettings.Window(window(), WINDOW_BYTES), limit, conversation, defaults);
  }

  private int window() {
    return Math.toIntExact(
        Math.min(MAX_WINDOW_JOBS, (long) CHUNKS_AHEAD * Math.max(chunk, device.batch())));
  }

  /** The checkpoint folder's name. */
  public String modelName() {
    return model.name();
  }

  /**
   * @param jobs how many are to be answered
   */
  public LoadedModel load(long jobs) {
    return LoadedModel.load(model, device, jobs);
  }
}
