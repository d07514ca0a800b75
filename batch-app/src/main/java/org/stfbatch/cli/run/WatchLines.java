package org.stfbatch.cli.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.stfbatch.base.Plural;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.Lease;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.WorkerStore.LiveWorker;

/** Formats the state of a run for users. */
final class WatchLines {
  private static final int BAR = 40;

  private WatchLines() {}

  /**
   * @param holder process that has the run for itself
   * @param workers workers that share it
   */
  static List<String> of(
      RunStatus status,
      ChunkMetric.Seconds seconds,
      Optional<Lease> holder,
      List<LiveWorker> workers) {
    List<String> lines = new ArrayList<>(List.of(progress(status), speed(status)));
    if (status.waiting() > 0) {
      lines.add("  " + who(holder, workers));
      workers.forEach(worker -> lines.add("    " + WorkerLine.of(worker)));
    }
    lines.add(work(seconds));
    lines.add(step(seconds));
    status.failures().forEach((code, count) -> lines.add("  " + count + " " + code));
    return lines;
  }

  private static String who(Optional<Lease> holder, List<LiveWorker> workers) {
    if (holder.isPresent()) {
      return "worked on by " + holder.get().owner();
    }
    return workers.isEmpty()
        ? "nobody works on it"
        : "worked on by " + Plural.of(workers.size(), "worker");
  }

  private static String progress(RunStatus status) {
    long done = status.answered() + status.failed();
    int filled = status.jobs() == 0 ? BAR : (int) (BAR * done / status.jobs());
    return "[%s%s] %d/%d jobs of run %s"
        .formatted("#".repeat(filled), ".".repeat(BAR - filled), done, status.jobs(), status.run());
  }

  private static String speed(RunStatus status) {
    return String.format(
        Locale.ROOT,
        "  %.2f images/s, %.2f questions/s, %s",
        status.imagesPerSecond(),
        status.questionsPerSecond(),
        left(status));
  }

  private static String left(RunStatus status) {
    if (status.waiting() == 0) {
      return "nothing is waiting";
    }
    if (status.etaSeconds().isEmpty()) {
      return status.waiting() + " waiting";
    }
    Duration left = Duration.ofSeconds(Math.round(status.etaSeconds().getAsDouble()));
    return "%d:%02d:%02d left"
        .formatted(left.toHours(), left.toMinutesPart(), left.toSecondsPart());
  }

  private static String work(ChunkMetric.Seconds seconds) {
    return String.format(
        Locale.ROOT,
        "  work: fetch %.1f s, decode %.1f s, vision %.1f s, prefill %.1f s, generate %.1f s",
        seconds.fetch(),
        seconds.imageDecode(),
        seconds.vision(),
        seconds.prefill(),
        seconds.decode());
  }

  private static String step(ChunkMetric.Seconds seconds) {
    return String.format(
        Locale.ROOT,
        "  step: waits for input %.1f s, for answers %.1f s, database %.1f s",
        seconds.inputWait(),
        seconds.answerWait(),
        seconds.database());
  }
}
