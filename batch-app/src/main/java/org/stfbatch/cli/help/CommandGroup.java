package org.stfbatch.cli.help;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;

/** Groups of commands by purpose, in the order of the help. */
enum CommandGroup {
  RUNS("Runs", "ingest", "infer", "status", "watch", "retry", "runs", "run"),
  RESULTS("Results", "export", "report"),
  BENCHMARKS("Benchmarks", "evaluate", "score", "benchmark-data"),
  KAFKA("Kafka", "listen", "intake", "publish", "kafka"),
  MODELS("Models", "model", "train"),
  TOOLS("Tools", "db", "bench", "demo-data", "demo-score", "demo-tokenizer", "completion", "help");

  private final String title;
  private final List<String> commands;

  CommandGroup(String title, String... commands) {
    this.title = title;
    this.commands = List.of(commands);
  }

  /** Returns the list of all commands. */
  static String list(Help root) {
    StringBuilder text = new StringBuilder();
    for (CommandGroup group : values()) {
      Map<String, Help> members = new LinkedHashMap<>();
      group.commands.forEach(name -> members.put(name, root.subcommands().get(name)));
      text.append(String.format("%n%s:%n", group.title)).append(root.commandList(members));
    }
    return text.toString();
  }
}
