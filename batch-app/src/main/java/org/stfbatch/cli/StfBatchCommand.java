package org.stfbatch.cli;

import java.nio.file.Path;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The root command with the options that all commands share. */
@Command(
    name = "stf-batch",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    version = "stf-batch 0.1.0",
    description =
        "Asks LLaVA-STF one question, or for one caption, about each of very many images.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the job failed or was stopped; it can be run again",
      "2:wrong usage or unusable input"
    },
    subcommands = {
      IngestCommand.class,
      InferCommand.class,
      StatusCommand.class,
      ExportCommand.class,
      ModelCommand.class,
      DbCommand.class,
      DemoDataCommand.class,
      DemoScoreCommand.class,
      DemoTokenizerCommand.class,
      BenchCommand.class
    })
final class StfBatchCommand {
  private final Stores stores = new Stores();
  private boolean verbose;

  @Option(
      names = "--home",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:STF_BATCH_HOME:-${env:HOME:-${sys:user.home}}/.stf-batch}",
      description = "Where the embedded database lives. Default: ~/.stf-batch, or $STF_BATCH_HOME.")
  void setHome(Path home) {
    stores.setHome(home);
  }

  @Option(
      names = "--db-url",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:STF_BATCH_DB_URL}",
      description =
          "Your own PostgreSQL, as jdbc:postgresql://HOST/DATABASE, instead of the embedded one. Also $STF_BATCH_DB_URL.")
  void setDbUrl(String url) {
    stores.setUrl(url);
  }

  @Option(
      names = "--db-user",
      paramLabel = "USER",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:STF_BATCH_DB_USER}",
      description = "Its user. Also $STF_BATCH_DB_USER.")
  void setDbUser(String user) {
    stores.setUser(user);
  }

  @Option(
      names = "--db-password",
      paramLabel = "PASSWORD",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:STF_BATCH_DB_PASSWORD}",
      description =
          "Its password; better given as $STF_BATCH_DB_PASSWORD, which other users cannot see.")
  void setDbPassword(String password) {
    stores.setPassword(password);
  }

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Log more, and show the stack trace of an error.")
  void setVerbose(boolean on) {
    verbose = on;
    if (on
        && LoggerFactory.getLogger("org.stfbatch")
            instanceof ch.qos.logback.classic.Logger logger) {
      logger.setLevel(ch.qos.logback.classic.Level.DEBUG);
    }
  }

  boolean isVerbose() {
    return verbose;
  }

  Stores stores() {
    return stores;
  }
}
