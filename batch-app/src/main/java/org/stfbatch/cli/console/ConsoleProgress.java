package org.stfbatch.cli.console;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.stfbatch.job.Progress;

/**
 * Shows how a job gets on: a bar that moves on a terminal, a plain line every few seconds
 * elsewhere.
 */
public final class ConsoleProgress implements Progress, AutoCloseable {
  private static final long BAR_MILLIS = 500;
  private static final long LINE_MILLIS = 5_000;
  private static final int BAR_WIDTH = 30;
  private static final double NANOS = 1e9;

  private final PrintStream out;
  private final boolean terminal;
  private final String what;
  private final long before;
  private final long total;
  private final long started = System.nanoTime();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(ConsoleProgress::daemon);

  /**
   * @param what the items, in plural
   * @param before how many were done before this command
   * @param failedBefore how many of them had failed
   * @param total how many there are, with those; 0 if unknown
   */
  ConsoleProgress(
      PrintStream out, boolean terminal, String what, long before, long failedBefore, long total) {
    this.out = out;
    this.terminal = terminal;
    this.what = what;
    this.before = before;
    this.total = total;
    failed.set(failedBefore);
    long period = terminal ? BAR_MILLIS : LINE_MILLIS;
    timer.scheduleAtFixedRate(this::show, period, period, TimeUnit.MILLISECONDS);
  }

  /**
   * Shows it on standard error until it is closed.
   *
   * @param what is counted
   * @param before how many were done before
   * @param total how many there will be; 0 if nobody knows
   */
  public static ConsoleProgress onStderr(String what, long before, long total) {
    return onStderr(what, before, 0, total);
  }

  /**
   * As the other.
   *
   * @param failedBefore how many of those done before had failed
   */
  public static ConsoleProgress onStderr(String what, long before, long failedBefore, long total) {
    return new ConsoleProgress(System.err, isTerminal(), what, before, failedBefore, total);
  }

  /** Whether somebody sits before it. */
  public static boolean isTerminal() {
    return isTerminal(System.console());
  }

  /** From Java 22 on there is a console even without a terminal, and a method that tells. */
  private static boolean isTerminal(Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the console does not say whether it is a terminal", e);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "progress");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void advanced(Step step) {
    done.addAndGet(step.done());
    failed.addAndGet(step.failed());
  }

  private void show() {
    out.print(terminal ? "\r\u001b[K" + bar() + line() : line() + System.lineSeparator());
    out.flush();
  }

  private String bar() {
    if (total == 0) {
      return "";
    }
    int filled = (int) Math.min(BAR_WIDTH, BAR_WIDTH * (before + done.get()) / total);
    return "[" + "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled) + "] ";
  }

  private String line() {
    double seconds = Math.max((System.nanoTime() - started) / NANOS, 1e-3);
    double rate = done.get() / seconds;
    long left = total - before - done.get();
    StringBuilder line = new StringBuilder().append(before + done.get());
    if (total > 0) {
      line.append('/').append(total);
    }
    line.append(' ').append(what).append(String.format(Locale.ROOT, ", %.1f/s", rate));
    if (failed.get() > 0) {
      line.append(", ").append(failed.get()).append(" failed");
    }
    if (left > 0 && rate > 0) {
      line.append(", ").append(clock(Math.round(left / rate))).append(" left");
    }
    return line.toString();
  }

  /** A time such as 1:02:03. */
  public static String clock(long seconds) {
    Duration left = Duration.ofSeconds(seconds);
    return String.format(
        "%d:%02d:%02d", left.toHours(), left.toMinutesPart(), left.toSecondsPart());
  }

  @Override
  public void close() {
    timer.shutdownNow();
    show();
    if (terminal) {
      out.println();
    }
  }
}
