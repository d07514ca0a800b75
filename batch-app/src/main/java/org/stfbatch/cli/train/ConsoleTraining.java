package org.stfbatch.cli.train;

import java.time.Duration;
import java.util.Locale;
import org.stfbatch.cli.console.ConsoleProgress;
import org.stfbatch.cli.console.LiveLine;
import org.stfbatch.job.train.TrainProgress;
import org.stfbatch.training.StepReport;

/**
 * Progress display of a training: one line that is overwritten on a terminal; elsewhere a line
 * every few seconds. Rates cover the time since the previous line.
 */
final class ConsoleTraining implements TrainProgress, AutoCloseable {
  private static final long TERMINAL_NANOS = Duration.ofMillis(500).toNanos();
  private static final long LINE_NANOS = Duration.ofSeconds(5).toNanos();
  private static final double GIGA = 1e9;

  private final LiveLine line;
  private final long period;
  private long shown;
  private String unshown = "";
  private double seconds;
  private double flops;
  private long samples;

  ConsoleTraining(LiveLine line) {
    this.line = line;
    this.period = line.isWrittenAnew() ? TERMINAL_NANOS : LINE_NANOS;
    this.shown = System.nanoTime() - period;
  }

  static ConsoleTraining onStderr() {
    return new ConsoleTraining(LiveLine.onStderr());
  }

  @Override
  public void features(int done, int pictures) {
    showSeldom("features of %d/%d pictures".formatted(done, pictures), done == pictures);
  }

  @Override
  public void stepped(StepReport report) {
    seconds += report.seconds();
    flops += report.flops();
    samples += report.samples();
    long left = Math.round((report.steps() - report.step()) * report.seconds());
    String text =
        String.format(
            Locale.ROOT,
            "step %d/%d, epoch %.2f, %sloss %.4f, lr %.2e, %.1f samples/s, %.1f GFLOP/s, %s left",
            report.step(),
            report.steps(),
            report.epoch(),
            compression(report),
            report.loss(),
            report.learningRate(),
            samples / seconds,
            flops / seconds / GIGA,
            ConsoleProgress.clock(left));
    if (showSeldom(text, report.step() == report.steps())) {
      seconds = 0;
      flops = 0;
      samples = 0;
    }
  }

  private static String compression(StepReport report) {
    return report.compression().compresses() ? report.compression().spec() + ", " : "";
  }

  /** Shows a line if one is due, or if it is the last of its kind. */
  private boolean showSeldom(String text, boolean last) {
    long now = System.nanoTime();
    unshown = text;
    if (!last && now - shown < period) {
      return false;
    }
    shown = now;
    show();
    return true;
  }

  private void show() {
    line.show(unshown);
    unshown = "";
  }

  /** Shows the last line if it was not due. */
  @Override
  public void close() {
    if (!unshown.isEmpty()) {
      show();
    }
    line.end();
  }
}
