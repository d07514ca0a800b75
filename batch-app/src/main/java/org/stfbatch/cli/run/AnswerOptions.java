package org.stfbatch.cli.run;

import java.util.OptionalLong;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.cli.option.LoadedModel;
import org.stfbatch.cli.option.RunnerOptions;
import org.stfbatch.job.MaxFailed;
import org.stfbatch.job.infer.InferSettings;
import picocli.CommandLine.Mixin;

/** With which model, where and how jobs are answered. */
final class AnswerOptions {
  @Mixin private RunnerOptions runner;
  @Mixin private GenerationOptions generation;

  /**
   * @throws IllegalArgumentException naming an option that cannot be used
   */
  void check() {
    runner.compression();
    runner.check();
    settings(OptionalLong.empty());
  }

  /**
   * @param limit at most so many jobs; empty for all
   */
  InferSettings settings(OptionalLong limit) {
    return runner.settings(limit, generation.defaults());
  }

  /** What answers will be comparable by, but for the checkpoint. */
  ModelIdentity comparableSettings() {
    return runner.comparableSettings();
  }

  /** With how many failures a run is still a success. */
  MaxFailed maxFailed() {
    return runner.maxFailed();
  }

  /**
   * @param jobs how many are to be answered
   */
  LoadedModel load(long jobs) {
    return runner.load(jobs);
  }
}
