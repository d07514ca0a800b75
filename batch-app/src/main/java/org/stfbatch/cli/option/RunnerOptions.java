package org.stfbatch.cli.option;

import java.util.List;
import java.util.OptionalLong;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.job.MaxFailed;
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
  @Mixin private CompressionOption compression;
  @Mixin private ImageOptions images;
  @Mixin private MaxFailedOption maxFailed;

  @Option(
      names = "--chunk",
      defaultValue = "32",
      paramLabel = "N",
      description =
          "Answers that are committed together: what a kill loses at most. Default:"
              + " ${DEFAULT-VALUE}")
  private int chunk;

  @Mixin private ConversationOption conversation;

  /**
   * @throws IllegalArgumentException naming an option that cannot be used
   */
  public void check() {
    model.check();
    device.check();
    compression.check(() -> model.open().config().shape());
    images.settings();
  }

  /**
   * @param limit at most so many jobs; empty for all
   * @param defaults for what a job does not set itself
   */
  public InferSettings settings(OptionalLong limit, InferSettings.Defaults defaults) {
    return new InferSettings(
        chunk,
        new InferSettings.Window(window(), WINDOW_BYTES),
        limit,
        conversation.name(),
        defaults);
  }

  private int window() {
    return Math.toIntExact(
        Math.min(MAX_WINDOW_JOBS, (long) CHUNKS_AHEAD * Math.max(chunk, device.batch())));
  }

  /** Lets no output lie in the model's folders. */
  public OutputPaths keptOut(OutputPaths outputs) {
    return model.keptOut(outputs);
  }

  /** With how many failures a run is still a success. */
  public MaxFailed maxFailed() {
    return maxFailed.value();
  }

  /** The checkpoint folder's name. */
  public String modelName() {
    return model.name();
  }

  /**
   * What becomes of vision tokens.
   *
   * @throws IllegalArgumentException if there are several strategies
   */
  public CompressionStrategy compression() {
    return compression.strategy();
  }

  /** What answers will be comparable by, but for the checkpoint, whose fingerprint is empty. */
  public ModelIdentity comparableSettings() {
    return new ModelIdentity("", compression().spec(), device.weightFormat());
  }

  /** What becomes of vision tokens, one strategy after the other. */
  public List<CompressionStrategy> compressions() {
    return compression.strategies();
  }

  /**
   * With the only compression strategy.
   *
   * @param jobs how many are to be answered
   */
  public LoadedModel load(long jobs) {
    return load(jobs, compression());
  }

  /**
   * With one of the compression strategies.
   *
   * @param jobs how many are to be answered
   */
  public LoadedModel load(long jobs, CompressionStrategy strategy) {
    return LoadedModel.load(model, device, strategy, images.settings(), jobs);
  }
}
