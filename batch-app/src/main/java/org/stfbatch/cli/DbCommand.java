package org.stfbatch.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.db.embedded.EmbeddedDatabase;
import org.stfbatch.job.InputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The embedded database. */
@Command(
    name = "db",
    description = {
      "The embedded PostgreSQL. Commands start it when they need it and stop it behind them;",
      "after `db start` it stays until `db stop`."
    })
final class DbCommand {
  private final Stores stores;

  DbCommand(Stores stores) {
    this.stores = stores;
  }

  @Command(name = "start", description = "Starts it and lets it run.")
  int start() {
    embedded().start();
    return status();
  }

  @Command(name = "stop", description = "Stops it, or lets the last command that uses it stop it.")
  int stop() {
    embedded().stop();
    return status();
  }

  @Command(name = "status", description = "Says whether it runs.")
  int status() {
    EmbeddedDatabase.Status status = embedded().status();
    if (status.running()) {
      System.out.printf(
          "running: process %d, %d command(s) use it, %s, data in %s%n",
          status.pid().getAsLong(),
          status.users(),
          status.keepsRunning() ? "stays until db stop" : "stops with the last command",
          status.dataFolder());
    } else {
      System.out.printf("not running: data in %s%n", status.dataFolder());
    }
    return 0;
  }

  @Command(
      name = "url",
      description =
          "Prints its JDBC URL with the user, for --db-url and other programs; with the password only if asked.")
  int url(
      @Option(
              names = "--with-password",
              description =
                  "Print the password, too. It is also in pg/password below --home, which others cannot read.")
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
