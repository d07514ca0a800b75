package org.stfbatch.cli.help;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** Help topics for options of all commands. */
enum HelpTopic {
  /** Database and broker. */
  DATABASE(
      """
      Runs are stored in PostgreSQL; jobs may also come from Kafka. By default, both are embedded
      servers below --home: a command that needs one starts it, and the last command that uses it
      stops it. These options, or the environment variables that they name, select servers of your
      own.
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

  /** Progress and logs. */
  LOGS(
      """
      On a terminal, commands show a progress line and short messages. Without a terminal, as from
      cron or systemd, long-running commands (ingest, infer, evaluate, listen, intake, publish,
      train) write a log to standard error: date, time, zone, level, run and worker before each
      message, progress only when something changed, and a last line with the counts.
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

  /** Returns the names of all topics, comma-separated. */
  static String titles() {
    return Stream.of(values()).map(HelpTopic::title).collect(Collectors.joining(", "));
  }

  String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the text of the topic with its options.
   *
   * @param root the root command
   */
  String text(CommandSpec root) {
    return text + "\n" + SharedOptions.list(root, options) + "\n" + examples;
  }
}
