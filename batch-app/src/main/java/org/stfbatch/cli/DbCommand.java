package org.stfbatch.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.db.embedded.EmbeddedDatabase;
import org.stfbatch.job.InputException;
import org.stfbatch.server.ServerStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code db}: the embedded database. */
@Command(
    name = "db",
    description = {
      "Starts, stops and describes the embedded PostgreSQL.",
      "Commands start it when they need it and stop it afterwards. After `db start` it runs until `db stop`."
    },
    footer = {"  stf-batch db start", "  stf-batch db status"})
final class DbCommand {
  private final Stores stores;

  DbCommand(Stores stores) {
    this.stores = stores;
  }

  @Command(
      name = "start",
      description = {"Starts the embedded database and keeps it running."},
      footer = {"  stf-batch db start", "  stf-batch db start --home /data/stf-batch"})
  int start() {
    embedded().start();
    return status();
  }

  @Command(
      name = "stop",
      description = {"Stops the embedded database as soon as no command uses it."},
      footer = {"  stf-batch db stop", "  stf-batch db stop --home /data/stf-batch"})
  int stop() {
    embedded().stop();
    return status();
  }

  @Command(
      name = "status",
      description = {"Shows whether the embedded database runs, and where its data is."},
      footer = {"  stf-batch db status", "  stf-batch db status --home /data/stf-batch"})
  int status() {
    ServerStatus<DatabaseSettings> status = embedded().status();
    if (status.running()) {
      System.out.printf(
          "running: process %d, %d command(s) use it, %s, data in %s%n",
          status.pid().getAsLong(),
          status.users(),
          status.keepsRunning() ? "runs until db stop" : "stops with the last command",
          status.dataFolder());
    } else {
      System.out.printf("not running: data in %s%n", status.dataFolder());
    }
    return 0;
  }

  @Command(
      name = "url",
      description = {
        "Prints the embedded database's JDBC URL with the user, for --db-url and other programs.",
        "It includes the password only with --with-password."
      },
      footer = {"  stf-batch db url", "  stf-batch db url --with-password"})
  int url(
      @Option(
              names = "--with-password",
              description =
                  "Include the password. It is also in pg/password below --home, readable by you only.")
          boolean withPassword) {
    DatabaseSettings settings =
        embedded()
            .status()
            .settings()
            .orElseThrow(
                () ->
                    new InputException(
                        "the embedded database does not run: start it with stf-batch db start"));
    String secret = withPassword ? "&password=" + encoded(settings.password()) : "";
    System.out.println(settings.url() + "?user=" + encoded(settings.user()) + secret);
    return 0;
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private EmbeddedDatabase embedded() {
    if (!stores.isEmbedded()) {
      throw new InputException(
          "--db-url names a database of your own; db commands are for the embedded one");
    }
    return stores.embedded();
  }
}
