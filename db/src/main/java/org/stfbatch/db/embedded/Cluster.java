package org.stfbatch.db.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.IoReason;
import org.stfbatch.db.DatabaseException;

/** The data folder of a home: made once, checked at every start. Needs the {@link HomeLock}. */
final class Cluster {

  static final String USER = "stfbatch";
  static final String DATABASE = "stfbatch";

  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
  private static final int PASSWORD_BYTES = 24;

  private final HomeFolders folders;
  private final Binaries binaries;
  private final ServerCommand command;

  Cluster(HomeFolders folders, Binaries binaries, ServerCommand command) {
    this.folders = folders;
    this.binaries = binaries;
    this.command = command;
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
    try {
      return Files.readString(folders.password()).strip();
    } catch (IOException e) {
      throw new DatabaseException(
          "cannot read the embedded database's password in "
              + folders.password()
              + "; restore the file, or move "
              + folders.server()
              + " away to begin anew",
          e);
    }
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
    HomeFolders.delete(unfinished);
    writePassword();
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
    try {
      Files.move(unfinished, folders.data(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new DatabaseException(
          "cannot create " + folders.data() + " (" + IoReason.of(e) + ")", e);
    }
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

  private void writePassword() {
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    try {
      Files.deleteIfExists(folders.password());
      try (var channel =
          Files.newByteChannel(
              folders.password(),
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        channel.write(StandardCharsets.US_ASCII.encode(password + "\n"));
      }
    } catch (IOException e) {
      throw new DatabaseException(
          "cannot write " + folders.password() + " (" + IoReason.of(e) + ")", e);
    }
  }
}
