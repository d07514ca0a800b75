package org.stfbatch.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunFiguresStore;
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
      show(db.database().dataSource(), db.run(run), stopped);
      return 0;
    }
  }

  private void show(DataSource dataSource, Run found, CountDownLatch stopped)
      throws InterruptedException {
    RunStatusStore statuses = new RunStatusStore(dataSource);
    RunFiguresStore figures = new RunFiguresStore(dataSource);
    int above = 0;
    boolean waiting = true;
    while (waiting) {
      RunStatus status = statuses.status(found);
      List<String> lines = lines(status, figures.seconds(found.runId()));
      print(lines, above);
      above = lines.size();
      waiting = status.waiting() > 0 && !stopped.await(every.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** On a terminal, over what it printed before. */
  private static void print(List<String> lines, int above) {
    boolean terminal = ConsoleProgress.isTerminal();
    if (terminal && above > 0) {
      System.out.print("\u001b[" + above + "A\u001b[J");
    }
    lines.forEach(System.out::println);
    System.out.flush();
  }

  static List<String> lines(RunStatus status, ChunkMetric.Seconds seconds) {
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
