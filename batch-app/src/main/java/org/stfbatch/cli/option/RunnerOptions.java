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

/** Options for answering jobs: model, devices, images, commits. */
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
          "Answers per commit; a kill loses at most this many. Default:" + " ${DEFAULT-VALUE}")
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
   * @param limit maximum number of jobs; empty for all
   * @param defaults for what a job does not set
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

  /** Forbids outputs in the model's folders. */
  public OutputPaths keptOut(OutputPaths outputs) {
    return model.keptOut(outputs);
  }

  /** Returns the tolerated failures of a run. */
  public MaxFailed maxFailed() {
    return maxFailed.value();
  }

  /** Returns the name of the checkpoint's folder. */
  public String modelName() {
    return model.name();
  }

  /**
   * Returns the compression strategy.
   *
   * @throws IllegalArgumentException if there are several strategies
   */
  public CompressionStrategy compression() {
    return compression.strategy();
  }

  /** Returns the settings that make answers comparable; the checkpoint's fingerprint is empty. */
  public ModelIdentity comparableSettings() {
    return new ModelIdentity("", compression().spec(), device.weightFormat());
  }

  /** Returns all compression strategies. */
  public List<CompressionStrategy> compressions() {
    return compression.strategies();
  }

  /**
   * Loads the model with the only compression strategy.
   *
   * @param jobs number of jobs to answer
   */
  public LoadedModel load(long jobs) {
    return load(jobs, compression());
  }

  /**
   * Loads the model with a compression strategy.
   *
   * @param jobs number of jobs to answer
   */
  public LoadedModel load(long jobs, CompressionStrategy strategy) {
    return LoadedModel.load(model, device, strategy, conversation, images.settings(), jobs);
  }
}
