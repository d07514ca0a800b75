package org.stfbatch.db.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.db.DatabaseException;
import org.stfbatch.server.PasswordFile;
import org.stfbatch.server.ServerFolders;

/** The data folder of a home: made once, checked at every start. Needs the home's lock. */
final class Cluster {

  static final String USER = "stfbatch";
  static final String DATABASE = "stfbatch";

  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

  private final ServerFolders folders;
  private final Binaries binaries;
  private final ServerCommand command;
  private final PasswordFile password;

  Cluster(ServerFolders folders, Binaries binaries, ServerCommand command) {
    this.folders = folders;
    this.binaries = binaries;
    this.command = command;
    this.password = new PasswordFile(folders.password());
  }

  /** Makes the data folder if there is none, else checks that this program and user can use it. */
  void prepare() {
    if (Files.exists(folders.data())) {
      requireOwner();
      requireMajorVersion();
    } else {
      create();
    }
  }

  String password() {
    return password
        .read()
        .orElseThrow(
            () ->
                new DatabaseException(
                    "the embedded database's password is not in "
                        + folders.password()
                        + "; restore the file, or move "
                        + folders.server()
                        + " away to start with an empty database"));
  }

  private void requireOwner() {
    int owner = ServerCommand.owner(folders.data());
    int user = ServerCommand.currentUser();
    if (owner != user) {
      throw new DatabaseException(
          folders.data()
              + " belongs to user "
              + owner
              + ", but you are user "
              + user
              + "; run as that user or choose another home");
    }
  }

  private void requireMajorVersion() {
    String made = dataVersion();
    if (!made.equals(binaries.majorVersion())) {
      throw new DatabaseException(
          folders.data()
              + " was made by PostgreSQL "
              + made
              + ", but this program brings "
              + binaries.majorVersion()
              + "; move it with pg_dump and the program that made it, or choose another home");
    }
  }

  private String dataVersion() {
    try {
      return Files.readString(folders.data().resolve("PG_VERSION")).strip();
    } catch (IOException e) {
      throw new DatabaseException(
          folders.data() + " is not a PostgreSQL data folder; move it away", e);
    }
  }

  private void create() {
    LOG.info("Creating an embedded database in {}", folders.data());
    Path unfinished = folders.unfinishedData();
    ServerFolders.delete(unfinished);
    password.make();
    requireSuccess(
        command.run(
            binaries.program("initdb"),
            "--pgdata=" + unfinished,
            "--username=" + USER,
            "--pwfile=" + folders.password(),
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C"));
    createDatabase(unfinished);
    folders.finishData();
  }

  /** Before the folder gets its name, so that a data folder never lacks the database. */
  private void createDatabase(Path unfinished) {
    try {
      Path sql = unfinished.resolve("create-database.sql");
      Files.writeString(sql, "create database " + DATABASE + "\n");
      requireSuccess(
          command.run(
              ProcessBuilder.Redirect.from(sql.toFile()),
              binaries.program("postgres"),
              "--single",
              "-D",
              unfinished.toString(),
              "-c",
              "exit_on_error=on",
              "postgres"));
      Files.delete(sql);
    } catch (IOException e) {
      throw new DatabaseException("cannot create a database in " + unfinished, e);
    }
  }

  private void requireSuccess(ServerCommand.Result result) {
    if (!result.succeeded()) {
      throw new DatabaseException(
          "cannot create an embedded database in "
              + folders.data()
              + "; free space there or choose another home ("
              + result.complaint()
              + ")");
    }
  }
}
