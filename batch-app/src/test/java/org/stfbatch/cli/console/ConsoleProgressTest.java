package org.stfbatch.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stfbatch.job.Progress.Step;

final class ConsoleProgressTest {
  @Test
  void theLastLineHasAllThatWasDone() {
    Kept lines = new Kept(false);

    try (ConsoleProgress progress = new ConsoleProgress(lines, "jobs", 100, 3, 200)) {
      progress.advanced(new Step(60, 1));
      progress.advanced(new Step(40, 0));
    }

    assertThat(lines.shown).hasSize(1);
    assertThat(lines.shown.get(0)).matches("200/200 jobs, \\d+\\.\\d/s, 4 failed");
  }

  @Test
  void whereNothingHasChangedALogHasNoLine() {
    Kept lines = new Kept(false);

    new ConsoleProgress(lines, "jobs", 100, 0, 200).close();

    assertThat(lines.shown).isEmpty();
  }

  @Test
  void oneJobIsNoJobs() {
    Kept lines = new Kept(false);

    try (ConsoleProgress progress = new ConsoleProgress(lines, "jobs read", 0, 0, 0)) {
      progress.advanced(new Step(1, 0));
    }

    assertThat(lines.shown.get(0)).matches("1 job read, \\d+\\.\\d/s");
  }

  @Test
  void finishedJobsCountBeforeTheirChunkIsStored() {
    Kept bar = new Kept(true);

    try (ConsoleProgress progress = new ConsoleProgress(bar, "jobs", 0, 0, 10)) {
      progress.begun();
      progress.finished();
      progress.finished();
      progress.finished();
      progress.advanced(new Step(2, 0));
    }
    assertThat(bar.shown.get(bar.shown.size() - 1)).contains("] 3/10 jobs");

    try (ConsoleProgress progress = new ConsoleProgress(bar, "jobs", 0, 0, 10)) {
      progress.finished();
      progress.begun();
    }
    assertThat(bar.shown.get(bar.shown.size() - 1)).as("done anew").contains("] 0/10 jobs");
  }

  @Test
  void jobsThatComeMeanwhileCount() {
    Kept lines = new Kept(false);

    try (ConsoleProgress progress = new ConsoleProgress(lines, "jobs", 0, 0, 0)) {
      progress.expected(30);
      progress.advanced(new Step(10, 0));
      progress.expected(10);
    }

    assertThat(lines.shown.get(0)).matches("10/40 jobs, \\d+\\.\\d/s, \\d:\\d\\d:\\d\\d left");
  }

  @Test
  void aBarStaysOnTheTerminal() {
    Kept bar = new Kept(true);

    try (ConsoleProgress progress = new ConsoleProgress(bar, "jobs", 0, 0, 4)) {
      progress.advanced(new Step(1, 0));
    }

    assertThat(bar.shown.get(bar.shown.size() - 1))
        .matches("\\[#{7}\\.{23}\\] 1/4 jobs, \\d+\\.\\d/s, 0:00:0\\d left");
    assertThat(bar.ended).isTrue();
  }

  /** Records the shown texts. */
  private static final class Kept implements LiveLine {
    private final boolean anew;
    private final List<String> shown = new ArrayList<>();
    private boolean ended;

    Kept(boolean anew) {
      this.anew = anew;
    }

    @Override
    public boolean isWrittenAnew() {
      return anew;
    }

    @Override
    public void show(String text) {
      shown.add(text);
    }

    @Override
    public void end() {
      ended = true;
    }
  }
}
