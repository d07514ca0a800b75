package org.stfbatch.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.Database;
import org.stfbatch.db.Lease;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunFiguresStore;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.job.StopSignal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows how a run gets on, whichever process works on it. */
@Command(
    name = "watch",
    description =
        "Shows progress, rate, time left, stages and failures of a run until nothing is waiting; Ctrl-C ends only the watching.")
final class WatchCommand implements Callable<Integer> {
  private static final int BAR = 40;

  /** Looking takes no more than a twentieth of the time: a large run takes long to count. */
  private static final int LOOKING = 20;

  private final Stores stores;
  private final Shutdown shutdown;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run's name.")
  private String run;

  @Option(
      names = "--every",
      defaultValue = "2s",
      paramLabel = "TIME",
      description = "How often to look. Default: ${DEFAULT-VALUE}")
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
    shutdown.guard(stop);
    CountDownLatch stopped = new CountDownLatch(1);
    try (Stores.Connected db = stores.open();
        StopSignal.Watch watch = stop.whenRequested(stopped::countDown)) {
      show(db.database(), db.run(run), stopped);
      return 0;
    }
  }

  private void show(Database database, Run found, CountDownLatch stopped)
      throws InterruptedException {
    RunStatusStore statuses = new RunStatusStore(database.dataSource());
    RunFiguresStore figures = new RunFiguresStore(database.dataSource());
    List<String> above = List.of();
    boolean waiting = true;
    while (waiting) {
      long began = System.nanoTime();
      RunStatus status = statuses.status(found);
      List<String> lines =
          lines(
              status,
              figures.seconds(found.runId()),
              RunLock.holder(database, found.runId()).map(Lease::owner));
      print(lines, above);
      above = lines;
      long pause = Math.max(every.toNanos(), LOOKING * (System.nanoTime() - began));
      waiting = status.waiting() > 0 && !stopped.await(pause, TimeUnit.NANOSECONDS);
    }
  }

  /** On a terminal, over what it printed before; elsewhere, if it is something new. */
  private static void print(List<String> lines, List<String> above) {
    boolean terminal = ConsoleProgress.isTerminal();
    if (terminal && !above.isEmpty()) {
      System.out.print("\u001b[" + above.size() + "A\u001b[J");
    }
    if (terminal || !lines.equals(above)) {
      lines.forEach(System.out::println);
      System.out.flush();
    }
  }

  static List<String> lines(
      RunStatus status, ChunkMetric.Seconds seconds, Optional<String> worker) {
    List<String> lines = new ArrayList<>();
    long done = status.answered() + status.failed();
    int filled = status.jobs() == 0 ? BAR : (int) (BAR * done / status.jobs());
    lines.add(
        "[%s%s] %d/%d jobs of run %s"
            .formatted(
                "#".repeat(filled), ".".repeat(BAR - filled), done, status.jobs(), status.run()));
    lines.add(
        String.format(
            Locale.ROOT,
            "  %.2f images/s, %.2f questions/s, %s",
            status.imagesPerSecond(),
            status.questionsPerSecond(),
            left(status)));
    if (status.waiting() > 0) {
      lines.add("  " + worker.map(who -> "worked on by " + who).orElse("nobody works on it"));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "  work: fetch %.1f s, decode images %.1f s, vision %.1f s, prefill %.1f s, generate %.1f s",
            seconds.fetch(),
            seconds.imageDecode(),
            seconds.vision(),
            seconds.prefill(),
            seconds.decode()));
    lines.add(
        String.format(
            Locale.ROOT,
            "  step: waits for input %.1f s, for answers %.1f s, database %.1f s",
            seconds.inputWait(),
            seconds.answerWait(),
            seconds.database()));
    status.failures().forEach((code, count) -> lines.add("  " + count + " " + code));
    return lines;
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
}
