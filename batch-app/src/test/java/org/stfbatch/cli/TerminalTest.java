package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.testing.Launcher;

/** The display on a terminal, a pseudo-terminal of util-linux's script. */
@Timeout(180)
final class TerminalTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final Pattern BEGUN = Pattern.compile("[1-9]\\d*/6000 jobs");
  private static final Pattern BAR = Pattern.compile("\\[#*\\.*\\] \\d+/\\d+ jobs, .*");

  @TempDir private Path folder;

  @Test
  void ctrlCStopsARunAtItsNextCommitAndSaysHowToGoOn() throws Exception {
    ingest("long", 6000);
    Path screen = folder.resolve("screen");
    Process terminal = infer("long", screen);
    while (Files.notExists(screen) || !BEGUN.matcher(text(screen)).find()) {
      assertThat(terminal.waitFor(20, TimeUnit.MILLISECONDS)).as(text(screen)).isFalse();
    }

    terminal.getOutputStream().write(3);
    terminal.getOutputStream().flush();
    assertThat(terminal.waitFor(2, TimeUnit.MINUTES)).isTrue();

    assertThat(terminal.exitValue()).as(text(screen)).isEqualTo(130);
    assertThat(lines(screen))
        .contains("stf-batch: stopping at the next commit ... (Ctrl-C again ends at once)")
        .anyMatch(line -> line.startsWith("run long stopped (told to stop): "))
        .contains("the same command resumes");
    assertThat(waiting("long")).isBetween(1L, 5999L);
  }

  @Test
  void noLineIsGluedToTheBar() throws Exception {
    ingest("short", 40);
    Path screen = folder.resolve("screen");
    Process terminal = infer("short", screen);
    assertThat(terminal.waitFor(2, TimeUnit.MINUTES)).isTrue();

    assertThat(terminal.exitValue()).as(text(screen)).isZero();
    List<String> lines = lines(screen);
    assertThat(lines).last().asString().startsWith("run short done: 39 answered, 1 failed");
    assertThat(lines).filteredOn(line -> line.contains(" jobs, ")).allMatch(BAR.asMatchPredicate());
    assertThat(lines).anyMatch(line -> line.startsWith("stf-batch: model tiny on cpu"));
    assertThat(lines).as("no log").noneMatch(line -> line.contains("worker="));
  }

  private Process infer(String run, Path screen) throws IOException {
    Path launcher = Launcher.write(folder.resolve("stf-batch"));
    String command =
        "%s infer --run %s --model %s --vision-tower %s --max-new-tokens 8"
            .formatted(launcher, run, Tiny.checkpoint(), Tiny.tower());
    // Tests that run in the background ignore SIGINT, and child processes would inherit that.
    ProcessBuilder script =
        new ProcessBuilder("env", "--default-signal=INT", "script", "-qefc", command, "/dev/null")
            .redirectErrorStream(true)
            .redirectOutput(screen.toFile());
    DatabaseSettings database = DATABASE.settings();
    script.environment().put("OMP_NUM_THREADS", "1");
    script.environment().put("STF_BATCH_DB_URL", database.url());
    script.environment().put("STF_BATCH_DB_USER", database.user());
    script.environment().put("STF_BATCH_DB_PASSWORD", database.password());
    return script.start();
  }

  /** Returns the final content of each line of the screen. */
  private static List<String> lines(Path screen) {
    List<String> lines = new ArrayList<>();
    for (String line : text(screen).split("\r?\n")) {
      int erased = line.lastIndexOf("\r\u001b[K");
      lines.add(erased < 0 ? line : line.substring(erased + 4));
    }
    return lines;
  }

  private static String text(Path screen) {
    try {
      return Files.readString(screen);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void ingest(String run, int count) throws IOException {
    Questions questions = new Questions();
    Tiny.Recorded recorded = Tiny.answers().get(0);
    for (int i = 0; i < count; i++) {
      questions.ask(i, i == 7 ? "lost.png" : null, recorded.question() + " " + i);
    }
    Path file = questions.writeTo(folder.resolve(run + ".jsonl"));
    Cli.on(DATABASE.settings())
        .ok("ingest", "--run", run, "--questions", file, "--images", Tiny.images());
  }

  private static long waiting(String run) {
    return new RunStatusStore(DATABASE.dataSource())
        .status(new RunStore(DATABASE.dataSource()).find(run).orElseThrow())
        .waiting();
  }
}
