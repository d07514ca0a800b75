package org.stfbatch.cli.run;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.stfbatch.cli.console.Terminal;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.Database;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunFiguresStore;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.WorkerStore;
import org.stfbatch.job.StopSignal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code watch}: shows the progress of a run, whichever process works on it. */
@Command(
    name = "watch",
    description = {
      "Shows progress, rate, time left, stages and failures of a run until no job is waiting.",
      "Ctrl-C ends only this command, not the run."
    },
    footer = {"  stf-batch watch --run nightly", "  stf-batch watch --run nightly --every 10s"})
public final class WatchCommand implements Callable<Integer> {
  /** Queries take at most this fraction of the time: counting a large run is slow. */
  private static final int LOOKING = 20;

  private final Stores stores;
  private final Shutdown shutdown;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run.")
  private String run;

  @Option(
      names = "--every",
      defaultValue = "2s",
      paramLabel = "TIME",
      description = "Refresh interval. Default: ${DEFAULT-VALUE}")
  private Duration every;

  WatchCommand(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (every.isZero()) {
      throw new IllegalArgumentException("--every must be above 0");
    }
    StopSignal stop = new StopSignal();
    shutdown.guardReader(stop);
    CountDownLatch stopped = new CountDownLatch(1);
    try (Stores.Connected db = stores.open(stop);
        StopSignal.Watch watch = stop.whenRequested(stopped::countDown)) {
      show(db.database(), db.run(run), stopped);
      return 0;
    }
  }

  private void show(Database database, Run found, CountDownLatch stopped)
      throws InterruptedException {
    RunStatusStore statuses = new RunStatusStore(database.dataSource());
    RunFiguresStore figures = new RunFiguresStore(database.dataSource());
    WorkerStore workers = new WorkerStore(database.dataSource());
    List<String> above = List.of();
    boolean waiting = true;
    while (waiting) {
      long began = System.nanoTime();
      RunStatus status = statuses.status(found);
      List<String> lines =
          WatchLines.of(
              status,
              figures.seconds(found.runId()),
              RunLock.holder(database, found.runId()),
              workers.alive(found.runId()));
      print(lines, above);
      above = lines;
      long pause = Math.max(every.toNanos(), LOOKING * (System.nanoTime() - began));
      waiting = status.waiting() > 0 && !stopped.await(pause, TimeUnit.NANOSECONDS);
    }
  }

  /**
   * Prints the lines: on a terminal over those printed before, elsewhere only if they have changed.
   */
  private static void print(List<String> lines, List<String> above) {
    if (Terminal.OUT.isThere()) {
      String back = above.isEmpty() ? "" : "\u001b[%dA\u001b[J".formatted(above.size());
      // Long lines are truncated: wrapped lines would break the cursor movement.
      System.out.print(back + "\u001b[?7l" + String.join("\n", lines) + "\n\u001b[?7h");
    } else if (!lines.equals(above)) {
      lines.forEach(System.out::println);
    }
    System.out.flush();
  }
}
