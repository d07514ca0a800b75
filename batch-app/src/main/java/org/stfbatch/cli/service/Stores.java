package org.stfbatch.cli.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.db.Database;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.embedded.EmbeddedDatabase;
import org.stfbatch.job.Claim;
import org.stfbatch.job.Claims;
import org.stfbatch.job.DatabaseWait;
import org.stfbatch.job.InputException;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.StopSignal;

/** The database of the global options: the user's own, or the embedded one. */
public final class Stores {
  private static final String CACHE = "DJL_CACHE_DIR";

  private final Map<String, String> environment;
  private Optional<Path> home = Optional.empty();
  private String url;
  private String user;
  private String password;
  private Duration patience = Duration.ZERO;

  /**
   * @param environment names the user's home folder
   */
  public Stores(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Sets the program's folder; null or blank for the default in $HOME. */
  public void setHome(Path home) {
    this.home = Optional.ofNullable(home).filter(path -> !path.toString().isBlank());
  }

  /**
   * Sets the cache folder of the tensor library's native files to the program's folder, unless the
   * environment names one: services and containers may have no HOME.
   */
  public void provideLibraryCache() {
    boolean named = !blank(System.getProperty(CACHE)) || !blank(environment.get(CACHE));
    if (!named && blank(environment.get("HOME"))) {
      home.ifPresent(
          folder ->
              System.setProperty(CACHE, folder.resolve(".djl.ai").toAbsolutePath().toString()));
    }
  }

  private static boolean blank(String value) {
    return value == null || value.isBlank();
  }

  /** Sets the JDBC URL of the user's own database; null or blank for the embedded one. */
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

  /** Null for none. */
  public String password() {
    return password;
  }

  /** Sets how long running work waits for an unavailable database. */
  public void setPatience(Duration patience) {
    this.patience = patience;
  }

  Duration patience() {
    return patience;
  }

  /** Returns whether the embedded database is used. */
  public boolean isEmbedded() {
    return url == null || url.isBlank();
  }

  private static String orEmpty(String value) {
    return value == null ? "" : value;
  }

  /**
   * Returns the absolute path of the program's folder.
   *
   * @throws InputException if neither an option nor the environment names it
   */
  public Path home() {
    return knownHome()
        .orElseThrow(
            () ->
                new InputException(
                    "no folder for the embedded servers: HOME is not set; give --home DIR or set STF_BATCH_HOME, or name your own database with --db-url"));
  }

  private Optional<Path> knownHome() {
    Optional<Path> own =
        Optional.ofNullable(environment.get("HOME"))
            .filter(folder -> !folder.isBlank())
            .map(folder -> Path.of(folder, ".stf-batch"));
    return home.or(() -> own).map(folder -> folder.toAbsolutePath().normalize());
  }

  /** Returns the folders of the embedded servers, which nothing else may write to. */
  public List<Path> serverFolders() {
    return knownHome().stream()
        .flatMap(folder -> Stream.of(folder.resolve("pg"), folder.resolve("kafka")))
        .toList();
  }

  /** Returns the embedded database, whether it is used or not; starts nothing. */
  public EmbeddedDatabase embedded() {
    return new EmbeddedDatabase(home());
  }

  /** Opens the database, and starts the embedded server if necessary. */
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

  /**
   * As {@link #open()}, for a command that can be stopped.
   *
   * @throws JobFailedException if it was stopped before the database was available
   */
  public Connected open(StopSignal stop) {
    return Interruptible.get("the database", stop, this::open);
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
   * @param absence waits during outages
   * @param server releases the embedded server
   */
  public record Connected(Database database, DatabaseWait absence, Runnable server)
      implements AutoCloseable {
    /** Claims locks; waits during outages of the database. */
    public Claim claim(List<Lockable> wanted, StopSignal stop) {
      return claims().take(wanted, stop);
    }

    /** Returns the factory of claims. */
    public Claims claims() {
      return new Claims(absence);
    }

    /**
     * @throws InputException if the run does not exist, naming some that do
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
