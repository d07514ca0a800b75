package org.stfbatch.db.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.regex.Pattern;
import org.stfbatch.base.IoReason;
import org.stfbatch.db.DatabaseException;

/**
 * Where things are below a home folder.
 *
 * @param home absolute path of the home folder
 */
record HomeFolders(Path home) {

  /** PostgreSQL's own tools put paths into shell commands, between double quotes. */
  private static final Pattern UNQUOTABLE = Pattern.compile("[\"$`\\\\\\p{Cntrl}]");

  HomeFolders {
    home = home.toAbsolutePath().normalize();
    if (UNQUOTABLE.matcher(home.toString()).find()) {
      throw new DatabaseException(
          "the home folder's path "
              + home
              + " has a character that PostgreSQL's tools cannot take (\" $ ` \\ or a control"
              + " character); choose another home");
    }
  }

  Path server() {
    return home.resolve("pg");
  }

  Path data() {
    return server().resolve("data");
  }

  /** Where a cluster is made before it becomes {@link #data}. */
  Path unfinishedData() {
    return server().resolve("data.unfinished");
  }

  Path password() {
    return server().resolve("password");
  }

  Path log() {
    return server().resolve("server.log");
  }

  Path lock() {
    return server().resolve("lock");
  }

  Path users() {
    return server().resolve("users");
  }

  /** Exists if the user asked that the server stays. */
  Path keepMarker() {
    return server().resolve("keep-running");
  }

  boolean exist() {
    return Files.isDirectory(users());
  }

  void create() {
    try {
      Files.createDirectories(home);
      Files.createDirectories(
          server(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.createDirectories(users());
    } catch (IOException e) {
      throw new DatabaseException(
          "cannot create "
              + server()
              + "; choose a home folder you can write to ("
              + IoReason.of(e)
              + ")",
          e);
    }
  }

  /** Deletes a file or a whole folder, if it is there. */
  static void delete(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try (var tree = Files.walk(path)) {
      for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path, e);
    }
  }
}
