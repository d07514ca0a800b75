package org.stfbatch.cli.help;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** What concerns all commands, and is told in one place. */
enum HelpTopic {
  /** Where the servers are. */
  DATABASE(
      """
      Runs are kept in PostgreSQL, and jobs may come by Kafka. By default, both are embedded
      servers below --home: a command that needs one starts it, and the last one that uses it stops
      it. These options, or the variables of the environment that they name, lead to servers of
      your own.
      """,
      """
      Examples:
        stf-batch status --run nightly --db-url jdbc:postgresql://db.example/stf --db-user stf
        stf-batch kafka status --kafka-bootstrap broker.example:9092 --kafka-config client.properties
      """,
      "--home",
      "--db-url",
      "--db-user",
      "--db-password",
      "--kafka-bootstrap",
      "--kafka-config",
      "--wait-for-services"),

  /** What commands tell while they work. */
  LOGS(
      """
      On a terminal, commands show a progress line and tell in sentences what happens. Without one,
      as from cron or systemd, those that work for long (ingest, infer, evaluate, listen, intake,
      publish, train) write a log to standard error: date, time, zone, level, run and worker before
      each line, progress only when something changed, and a last line with the counts.
      """,
      """
      Examples:
        stf-batch infer --run nightly --log json 2>> nightly.log
        stf-batch infer --run nightly --log quiet
      """,
      "--log",
      "--verbose");

  private final String text;
  private final String examples;
  private final List<String> options;

  HelpTopic(String text, String examples, String... options) {
    this.text = text;
    this.examples = examples;
    this.options = List.of(options);
  }

  static Optional<HelpTopic> named(String name) {
    return Stream.of(values()).filter(topic -> topic.title().equals(name)).findFirst();
  }

  /** All their names, as a sentence lists them. */
  static String titles() {
    return Stream.of(values()).map(HelpTopic::title).collect(Collectors.joining(", "));
  }

  String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The whole text, with the options.
   *
   * @param root the program's command
   */
  String text(CommandSpec root) {
    return text + "\n" + SharedOptions.list(root, options) + "\n" + examples;
  }
}
