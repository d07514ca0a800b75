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

/** The database that the global options name: the user's own, or the embedded one. */
public final class Stores {
  private static final String CACHE = "DJL_CACHE_DIR";

  private final Map<String, String> environment;
  private Optional<Path> home = Optional.empty();
  private String url;
  private String user;
  private String password;
  private Duration patience = Duration.ZERO;

  /**
   * @param environment tells the user's own folder
   */
  public Stores(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The folder of what the program keeps for itself; null or blank for the one in $HOME. */
  public void setHome(Path home) {
    this.home = Optional.ofNullable(home).filter(path -> !path.toString().isBlank());
  }

  /**
   * Lets the tensor library unpack itself in the program's folder where the environment names no
   * other place: services and containers may have no HOME.
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

  /** Null for none. */
  public String password() {
    return password;
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

  /**
   * The folder of what the program keeps for itself, absolute.
   *
   * @throws InputException if neither an option nor the environment names one
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

  /** The folders of the embedded servers, which nothing else may write to. */
  public List<Path> serverFolders() {
    return knownHome().stream()
        .flatMap(folder -> Stream.of(folder.resolve("pg"), folder.resolve("kafka")))
        .toList();
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

  /**
   * The same for a command that can be told to stop.
   *
   * @throws JobFailedException if it was, before the database was there
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
   * @param absence waits for it when it goes away
   * @param server lets go of the server behind it
   */
  public record Connected(Database database, DatabaseWait absence, Runnable server)
      implements AutoCloseable {
    /** The right to do some work, which waits when the database goes away. */
    public Claim claim(List<Lockable> wanted, StopSignal stop) {
      return claims().take(wanted, stop);
    }

    /** What makes claims. */
    public Claims claims() {
      return new Claims(absence);
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
