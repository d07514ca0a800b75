package org.stfbatch.cli.console;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.stfbatch.base.Threads;
import org.stfbatch.job.Progress;

/**
 * Progress display of a job: a progress bar on a terminal; elsewhere log lines when something
 * changed, at first often and then once a minute. Rates cover the last minute.
 */
public final class ConsoleProgress implements Progress, AutoCloseable {
  private static final long BAR_MILLIS = 500;
  private static final long LINE_MILLIS = 5_000;
  private static final long LONGEST_LINE_MILLIS = 60_000;

  /** The next log line is due after this fraction of the elapsed time. */
  private static final int LINES_SO_FAR = 12;

  private static final int BAR_WIDTH = 30;

  private final String what;
  private final long before;
  private final AtomicLong total = new AtomicLong();
  private final Throughput throughput = new Throughput();
  private final AtomicLong failed = new AtomicLong();
  private final LiveLine line;
  private final long begun = System.nanoTime();
  private long shownAt = begun;
  private long shownDone;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Threads.daemons("progress"));

  ConsoleProgress(LiveLine line, String what, long before, long failedBefore, long total) {
    this.line = line;
    this.what = what;
    this.before = before;
    this.total.set(total);
    failed.set(failedBefore);
    long period = line.isWrittenAnew() ? BAR_MILLIS : LINE_MILLIS;
    timer.scheduleAtFixedRate(() -> show(false), period, period, TimeUnit.MILLISECONDS);
  }

  /**
   * Shows progress on standard error until it is closed.
   *
   * @param what counted items, in plural
   * @param before items done before
   * @param total total number of items; 0 if unknown
   */
  public static ConsoleProgress onStderr(String what, long before, long total) {
    return onStderr(what, before, 0, total);
  }

  /**
   * Shows progress on standard error until it is closed.
   *
   * @param failedBefore failed items among those done before
   */
  public static ConsoleProgress onStderr(String what, long before, long failedBefore, long total) {
    return new ConsoleProgress(LiveLine.onStderr(), what, before, failedBefore, total);
  }

  @Override
  public void begun() {
    throughput.begun();
  }

  @Override
  public void finished() {
    throughput.finished();
  }

  @Override
  public void advanced(Step step) {
    throughput.advanced(step);
    failed.addAndGet(step.failed());
  }

  @Override
  public void expected(long more) {
    total.addAndGet(more);
  }

  private synchronized void show(boolean last) {
    long now = System.nanoTime();
    if (line.isWrittenAnew()) {
      line.show(bar() + text());
    } else if (throughput.done() != shownDone && (last || isDue(now))) {
      shownAt = now;
      shownDone = throughput.done();
      line.show(text());
    }
    if (last) {
      line.end();
    }
  }

  private long done() {
    return before + throughput.done();
  }

  private boolean isDue(long now) {
    long wanted = TimeUnit.NANOSECONDS.toMillis(now - begun) / LINES_SO_FAR;
    return TimeUnit.NANOSECONDS.toMillis(now - shownAt) >= Math.min(LONGEST_LINE_MILLIS, wanted);
  }

  private String bar() {
    if (total.get() == 0) {
      return "";
    }
    int filled = (int) Math.min(BAR_WIDTH, BAR_WIDTH * done() / total.get());
    return "[" + "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled) + "] ";
  }

  private String text() {
    double perSecond = throughput.perSecond();
    long left = total.get() - done();
    StringBuilder text = new StringBuilder().append(done());
    if (total.get() > 0) {
      text.append('/').append(total.get());
    }
    text.append(' ').append(counted()).append(String.format(Locale.ROOT, ", %.1f/s", perSecond));
    if (failed.get() > 0) {
      text.append(", ").append(failed.get()).append(" failed");
    }
    if (left > 0 && perSecond > 0) {
      text.append(", ").append(clock(Math.round(left / perSecond))).append(" left");
    }
    return text.toString();
  }

  private String counted() {
    boolean one = total.get() == 0 && done() == 1;
    return one ? what.replaceFirst("s(?= |$)", "") : what;
  }

  /** Formats a time as 1:02:03. */
  public static String clock(long seconds) {
    Duration left = Duration.ofSeconds(seconds);
    return String.format(
        "%d:%02d:%02d", left.toHours(), left.toMinutesPart(), left.toSecondsPart());
  }

  @Override
  public void close() {
    timer.shutdownNow();
    show(true);
  }
}
