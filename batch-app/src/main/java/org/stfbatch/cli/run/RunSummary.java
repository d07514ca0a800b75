package org.stfbatch.cli.run;

import java.util.Locale;
import java.util.stream.Collectors;
import org.stfbatch.base.Plural;
import org.stfbatch.cli.console.ConsoleProgress;
import org.stfbatch.db.RunStatus;

/**
 * The first and the last log line of a run: counts, duration, failure codes and how to handle them.
 *
 * @param before state when the command began
 * @param after state now
 * @param nanos how long the command worked on it
 */
record RunSummary(RunStatus before, RunStatus after, long nanos) {
  private static final double NANOS = 1e9;

  /** Returns the first line. */
  static String begun(RunStatus status) {
    return "%s: %d answered, %d failed, %d waiting"
        .formatted(
            Plural.of(status.jobs(), "job"), status.answered(), status.failed(), status.waiting());
  }

  /**
   * Returns the last line.
   *
   * @param how how the run ended, such as done
   * @param shared whether other workers answered jobs, too
   */
  String line(String how, boolean shared) {
    double seconds = nanos / NANOS;
    long done = after.answered() + after.failed() - before.answered() - before.failed();
    long reused = after.reused() - before.reused();
    return String.format(
            Locale.ROOT,
            "run %s %s in %s: %d answered, %d failed%s, %d waiting; %s %s%s, %.2f jobs/s",
            after.run(),
            how,
            ConsoleProgress.clock(Math.round(seconds)),
            after.answered(),
            after.failed(),
            codes(),
            after.waiting(),
            Plural.of(done, "job"),
            shared ? "by all workers since this one began" : "in this attempt",
            reused == 0 ? "" : ", %d of them reused".formatted(reused),
            (done - reused) / Math.max(seconds, 1e-3))
        + cure();
  }

  private String codes() {
    return after.failures().isEmpty()
        ? ""
        : after.failures().entrySet().stream()
            .map(code -> code.getValue() + " " + code.getKey())
            .collect(Collectors.joining(", ", " (", ")"));
  }

  private String cure() {
    return after.failed() == 0
        ? ""
        : "; stf-batch export --run %1$s --out answers.jsonl --failures failures.jsonl shows the reasons, stf-batch retry --run %1$s makes failures waiting again"
            .formatted(after.run());
  }
}
