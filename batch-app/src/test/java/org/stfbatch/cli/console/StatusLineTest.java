package org.stfbatch.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StatusLineTest {
  private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
  private final StatusLine line =
      StatusLine.on(new PrintStream(terminal, true, StandardCharsets.UTF_8));

  @Test
  void otherLinesGoAboveTheLastOne() {
    line.show("1/10 jobs");
    line.println("stf-batch: the database is away");
    line.show("2/10 jobs");
    line.println("stf-batch: it is back");
    line.show("10/10 jobs");
    line.keep();
    line.println("done");

    assertThat(screen())
        .containsExactly(
            "stf-batch: the database is away", "stf-batch: it is back", "10/10 jobs", "done");
  }

  @Test
  void aLineThatIsNotEndedYetIsNotWrittenOver() {
    line.show("1/10 jobs");
    line.print("Password: ");
    line.show("2/10 jobs");
    line.println("given");
    line.keep();

    assertThat(screen()).containsExactly("Password: given", "2/10 jobs");
  }

  @Test
  void aShorterLineLeavesNothingOfALongerOne() {
    line.show("1000/1000 jobs, 12 failed");
    line.show("1 job");
    line.keep();

    assertThat(screen()).containsExactly("1 job");
  }

  /** Returns the final content of the terminal. */
  private List<String> screen() {
    List<String> lines = new ArrayList<>();
    for (String written : terminal.toString(StandardCharsets.UTF_8).split("\n", -1)) {
      String seen = written.substring(written.lastIndexOf("\u001b[K") + 1);
      seen = written.contains("\u001b[K") ? seen.substring(2) : written;
      lines.add(seen.replace("\r", ""));
    }
    assertThat(lines.remove(lines.size() - 1)).isEmpty();
    return lines;
  }
}
