package org.stfbatch.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.stfbatch.cli.service.Shutdown;

/**
 * Loads the classes that commands need by running the most frequent ones, all in one JVM. The
 * arguments are a folder for files, a home with a database, and a checkpoint.
 */
public final class TypicalCommands {
  private final String home;

  private TypicalCommands(String home) {
    this.home = home;
  }

  /** Ends the JVM with the first exit code that is not 0. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    TypicalCommands commands = new TypicalCommands(arguments[1]);
    commands.run(
        "demo-data", "--out", folder.toString(), "--images", "2", "--questions-per-image", "2");
    String questions = folder.resolve("questions.jsonl").toString();
    String images = folder.resolve("images").toString();
    String run = "typical-" + ProcessHandle.current().pid();
    commands.run("ingest", "--run", run, "--questions", questions, "--images", images);
    commands.run("infer", "--run", run, "--model", arguments[2], "--max-new-tokens", "2");
    commands.run("status", "--run", run);
    commands.run("export", "--run", run, "--out", folder.resolve("answers.jsonl").toString());
    commands.run("report", "--run", run, "--out", folder.resolve("report.html").toString());
    commands.run("run", "delete", "--run", run, "--yes");
    System.exit(0);
  }

  private void run(String... command) {
    List<String> arguments = new ArrayList<>(List.of("--home", home));
    arguments.addAll(List.of(command));
    String[] args = arguments.toArray(String[]::new);
    int code = Main.commandLine(new Shutdown(), args).execute(args);
    if (code != 0) {
      System.exit(code);
    }
  }
}
