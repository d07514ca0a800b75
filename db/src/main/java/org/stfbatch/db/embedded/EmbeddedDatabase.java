package org.stfbatch.db.embedded;

import java.nio.file.Path;
import java.util.Optional;
import org.stfbatch.db.DatabaseException;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.server.ServerFolders;
import org.stfbatch.server.SharedServer;

/**
 * The PostgreSQL server of a home folder, below {@code HOME/pg}.
 *
 * <p>A server that was killed recovers what was committed when the next command starts it.
 *
 * <p>It listens on 127.0.0.1 only, on the port of its last start if that is free, and asks for a
 * password that is generated once. Runs as root too, where root may create user namespaces. Methods
 * throw {@link DatabaseException}.
 */
public final class EmbeddedDatabase extends SharedServer<DatabaseSettings> {

  /**
   * @param home the home folder, made at the first start if it does not exist
   * @throws DatabaseException if PostgreSQL's tools cannot take its path
   */
  public EmbeddedDatabase(Path home) {
    this(home, home);
  }

  /**
   * @param binaries the folder that gets PostgreSQL's programs, in a folder of their version
   */
  EmbeddedDatabase(Path home, Path binaries) {
    this(new ServerFolders(home, "pg"), new Binaries(binaries.toAbsolutePath()));
  }

  private EmbeddedDatabase(ServerFolders folders, Binaries binaries) {
    super(
        "embedded database",
        folders,
        new PostgresServer(folders, binaries),
        DatabaseException::new);
  }

  /** The JDBC URL, without user and password, if the server runs. */
  public Optional<String> url() {
    return address();
  }
}
