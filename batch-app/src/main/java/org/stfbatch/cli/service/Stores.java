package org.stfbatch.cli.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.stfbatch.cli.console.Notices;
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
public final class Stores {
  private Path home;
  private String url;
  private String user;
  private String password;
  private Duration patience = Duration.ZERO;

  /** The folder of what the program keeps for itself; to be set first. */
  public void setHome(Path home) {
    this.home = home;
  }

  /** The user's own database; null or blank for the embedded one. */
  public void setUrl(String url) {
    this.url = url;
  }

  /** Null for none. */
  public void setUser(String user) {
    this.user = user;
  }

  /** Null for none. */
  public void setPassword(String password) {
    this.password = password;
  }

  /** How long work that has begun waits for a database that went away. */
  public void setPatience(Duration patience) {
    this.patience = patience;
  }

  Duration patience() {
    return patience;
  }

  /** Whether no database of the user is named. */
  public boolean isEmbedded() {
    return url == null || url.isBlank();
  }

  private static String orEmpty(String value) {
    return value == null ? "" : value;
  }

  /** The folder of what the program keeps for itself, absolute. */
  public Path home() {
    return home.toAbsolutePath().normalize();
  }

  /** The embedded database, whether it is used or not; starts nothing. */
  public EmbeddedDatabase embedded() {
    return new EmbeddedDatabase(home());
  }

  /** Opens it, starting the embedded server if need be. */
  public Connected open() {
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
  public record Connected(Database database, DatabaseWait absence, Runnable server)
      implements AutoCloseable {
    /** The right to do some work, which waits when the database goes away. */
    public Claim claim(List<Lockable> wanted, StopSignal stop) {
      return Claim.take(wanted, stop, absence);
    }

    /**
     * @throws InputException if there is no such run, naming some that there are
     */
    public Run run(String name) {
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
