package org.stfbatch.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.stfbatch.db.Database;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.embedded.EmbeddedDatabase;
import org.stfbatch.job.Claim;
import org.stfbatch.job.DatabaseWait;
import org.stfbatch.job.InputException;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.StopSignal;

/** The database that the global options name: the user's own, or the embedded one. */
final class Stores {
  private Path home;
  private String url;
  private String user;
  private String password;
  private Duration patience = Duration.ZERO;

  void setHome(Path home) {
    this.home = home;
  }

  void setUrl(String url) {
    this.url = url;
  }

  void setUser(String user) {
    this.user = user;
  }

  void setPassword(String password) {
    this.password = password;
  }

  void setPatience(Duration patience) {
    this.patience = patience;
  }

  Duration patience() {
    return patience;
  }

  boolean isEmbedded() {
    return url == null || url.isBlank();
  }

  private static String orEmpty(String value) {
    return value == null ? "" : value;
  }

  Path home() {
    return home.toAbsolutePath().normalize();
  }

  EmbeddedDatabase embedded() {
    return new EmbeddedDatabase(home());
  }

  /** Opens it, starting the embedded server if need be. */
  Connected open() {
    if (!isEmbedded()) {
      return connected(
          new DatabaseSettings(url, orEmpty(user), orEmpty(password)), () -> {}, () -> {});
    }
    EmbeddedDatabase.Session session = embedded().open();
    try {
      return connected(session.settings(), session::revive, session::close);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private Connected connected(DatabaseSettings settings, Runnable revive, Runnable server) {
    Database database = Database.open(settings);
    return new Connected(
        database, new DatabaseWait(database, patience, revive, Notices::onStderr), server);
  }

  /**
   * An open database.
   *
   * @param database the database
   * @param absence waits for it when it goes away
   * @param server lets go of the server behind it
   */
  record Connected(Database database, DatabaseWait absence, Runnable server)
      implements AutoCloseable {
    /** The right to do some work, which waits when the database goes away. */
    Claim claim(List<Lockable> wanted, StopSignal stop) {
      return Claim.take(wanted, stop, absence);
    }

    Run run(String name) {
      return new RunStore(database.dataSource())
          .find(name)
          .orElseThrow(
              () ->
                  new InputException(
                      "there is no run \""
                          + name
                          + "\": ingest some jobs into it first"
                          + known()));
    }

    private String known() {
      var names =
          new RunStore(database.dataSource()).all().stream().map(Run::name).limit(10).toList();
      return names.isEmpty() ? "" : " (there are: " + String.join(", ", names) + ")";
    }

    @Override
    public void close() {
      try {
        database.close();
      } finally {
        server.run();
      }
    }
  }
}
