package org.stfbatch.cli.run;

import java.util.Locale;
import org.stfbatch.base.Plural;
import org.stfbatch.db.WorkerStore.LiveWorker;

/** Formats a worker of a run in one line for users. */
final class WorkerLine {
  private WorkerLine() {}

  static String of(LiveWorker worker) {
    return String.format(
        Locale.ROOT,
        "worker %s: %s, %s, %s, %.2f questions/s, %s since %s, last seen %s",
        worker.name(),
        worker.device().orElse("no device yet"),
        worker.state(),
        Plural.of(worker.jobs(), "outcome"),
        worker.questionsPerSecond(),
        worker.lease().owner(),
        worker.lease().acquiredAt(),
        worker.lease().heartbeatAt());
  }
}
