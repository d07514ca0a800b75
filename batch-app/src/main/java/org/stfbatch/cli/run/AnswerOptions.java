package org.stfbatch.cli.run;

import java.util.OptionalLong;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.cli.option.LoadedModel;
import org.stfbatch.cli.option.RunnerOptions;
import org.stfbatch.job.MaxFailed;
import org.stfbatch.job.infer.InferSettings;
import picocli.CommandLine.Mixin;

/** Options for answering jobs. */
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
   * @param limit maximum number of jobs; empty for all
   */
  InferSettings settings(OptionalLong limit) {
    return runner.settings(limit, generation.defaults());
  }

  /** Returns the settings that make answers comparable, without the checkpoint. */
  ModelIdentity comparableSettings() {
    return runner.comparableSettings();
  }

  /** Returns the tolerated failures of a run. */
  MaxFailed maxFailed() {
    return runner.maxFailed();
  }

  /**
   * @param jobs number of jobs to answer
   */
  LoadedModel load(long jobs) {
    return runner.load(jobs);
  }
}
