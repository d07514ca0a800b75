package org.stfbatch.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.stfbatch.cli.console.Log;
import org.stfbatch.cli.console.LogFormat;
import org.stfbatch.cli.service.Brokers;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.secret.Secrets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code stf-batch}: the root command with the options of all commands. */
@Command(
    name = "stf-batch",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = BuildVersion.class,
    description =
        "Runs LLaVA-STF over large sets of images: answers a question about each image, or captions it.",
    synopsisSubcommandLabel = "COMMAND",
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  stf-batch ingest --run nightly --questions questions.jsonl --images pictures",
      "  stf-batch infer --run nightly --model llava-stf-7b",
      "  stf-batch export --run nightly --out answers.jsonl"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the job failed or was stopped and can be run again",
      "2:wrong usage or unusable input",
      "130:stopped by Ctrl-C"
    })
final class StfBatchCommand {
  /**
   * Variables with the current folder, although {@code pwd} is also a common abbreviation of
   * password.
   */
  private static final Set<String> FOLDERS = Set.of("PWD", "OLDPWD");

  private final Stores stores = new Stores(System.getenv());
  private final Brokers brokers = new Brokers(stores);
  private final Log log = new Log();
  private boolean verbose;

  @Option(
      names = "--home",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:STF_BATCH_HOME}",
      description =
          "The folder of the embedded database and broker. Default: $STF_BATCH_HOME, else ~/.stf-batch.")
  void setHome(Path home) {
    stores.setHome(home);
  }

  @Option(
      names = "--db-url",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:STF_BATCH_DB_URL}",
      description =
          "Your own PostgreSQL, as jdbc:postgresql://HOST/DATABASE, instead of the embedded one."
              + " Also $STF_BATCH_DB_URL.")
  void setDbUrl(String url) {
    stores.setUrl(url);
  }

  @Option(
      names = "--db-user",
      paramLabel = "USER",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:STF_BATCH_DB_USER}",
      description = "The user of --db-url. Also $STF_BATCH_DB_USER.")
  void setDbUser(String user) {
    stores.setUser(user);
  }

  @Option(
      names = "--db-password",
      paramLabel = "PASSWORD",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:STF_BATCH_DB_PASSWORD}",
      description =
          "The password of --db-url; prefer $STF_BATCH_DB_PASSWORD, which other users cannot see.")
  void setDbPassword(String password) {
    stores.setPassword(password);
  }

  @Option(
      names = "--kafka-bootstrap",
      paramLabel = "HOST:PORT",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:STF_BATCH_KAFKA_BOOTSTRAP}",
      description =
          "Your own Kafka cluster instead of the embedded broker. Also $STF_BATCH_KAFKA_BOOTSTRAP.")
  void setKafkaBootstrap(String bootstrap) {
    brokers.setBootstrap(bootstrap);
  }

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:STF_BATCH_KAFKA_CONFIG}",
      description =
          "A properties file for the Kafka clients, such as SASL and TLS settings. Also"
              + " $STF_BATCH_KAFKA_CONFIG.")
  void setKafkaConfig(Path file) {
    brokers.setConfig(file);
  }

  @Option(
      names = "--wait-for-services",
      paramLabel = "TIME",
      scope = ScopeType.INHERIT,
      defaultValue = "10m",
      description =
          "How long a running command waits while the database or the Kafka broker is unavailable, such"
              + " as 30s or 10m; 0 fails immediately. Default: ${DEFAULT-VALUE}")
  void setPatience(Duration patience) {
    stores.setPatience(patience);
  }

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Log more, and show the stack trace of errors.")
  void setVerbose(boolean on) {
    verbose = on;
    log.setVerbose(on);
  }

  @Option(
      names = "--log",
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      description = {
        "The log format of long-running commands. text: date, time, zone, level, run and worker before each",
        "message; json: one object per line; quiet: as text, but only warnings, errors and the result of a run.",
        "Default: plain sentences on a terminal, else text."
      })
  void setLogFormat(LogFormat format) {
    log.setFormat(format);
  }

  boolean isVerbose() {
    return verbose;
  }

  /**
   * Returns the secrets that no output may contain.
   *
   * @param arguments arguments of the command line, which may contain addresses with passwords
   */
  Secrets secrets(List<String> arguments) {
    List<String> known = new ArrayList<>();
    for (String argument : arguments) {
      known.addAll(Secrets.valuesIn(argument));
    }
    System.getenv().entrySet().stream()
        .filter(variable -> !FOLDERS.contains(variable.getKey()))
        .forEach(v -> known.addAll(Secrets.valuesIn(v.getKey() + "=" + v.getValue())));
    known.add(stores.password());
    return Secrets.of(known);
  }

  Stores stores() {
    return stores;
  }

  Brokers brokers() {
    return brokers;
  }

  Log log() {
    return log;
  }
}
