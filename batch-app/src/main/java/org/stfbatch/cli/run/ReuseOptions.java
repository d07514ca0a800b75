package org.stfbatch.cli.run;

import org.stfbatch.cli.service.Stores;
import org.stfbatch.job.infer.ReuseScope;
import picocli.CommandLine.Option;

/** Options for the reuse of answers. */
final class ReuseOptions {
  @Option(
      names = "--reuse-answers",
      description =
          "Reuse the stored answer of a job, of any run, with the same image bytes, prompt, settings and model.")
  private boolean reuseAnswers;

  @Option(
      names = "--reuse-from",
      paramLabel = "RUN",
      description = "Reuse only the answers that this run computed; implies --reuse-answers.")
  private String reuseFrom;

  /**
   * Returns the runs whose answers are reused.
   *
   * @throws org.stfbatch.job.InputException if there is no such run
   */
  ReuseScope scope(Stores.Connected db) {
    if (reuseFrom != null) {
      return ReuseScope.of(db.run(reuseFrom).runId());
    }
    return reuseAnswers ? ReuseScope.ALL_RUNS : ReuseScope.NONE;
  }
}
