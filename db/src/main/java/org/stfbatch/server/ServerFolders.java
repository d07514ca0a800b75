package org.stfbatch.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;

/**
 * Where the files of a server are, below {@code HOME/NAME}. All paths are absolute. Methods that
 * change something throw {@link ServerException} if they cannot.
 */
public class ServerFolders {

  private final Path server;

  /**
   * @param home the home folder, which need not exist
   * @param name the server's folder in it
   */
  public ServerFolders(Path home, String name) {
    this.server = home.toAbsolutePath().normalize().resolve(name);
  }

  /** The folder that holds all the others. */
  public final Path server() {
    return server;
  }

  /** What the server stores. */
  public final Path data() {
    return server.resolve("data");
  }

  /** Where an empty store is made before it becomes {@link #data}. */
  public final Path unfinishedData() {
    return server.resolve("data.unfinished");
  }

  /** The {@link PasswordFile}. */
  public final Path password() {
    return server.resolve("password");
  }

  /** The {@link ServerLog}. */
  public final Path log() {
    return server.resolve("server.log");
  }

  final Path lock() {
    return server.resolve("lock");
  }

  final Path users() {
    return server.resolve("users");
  }

  /** Exists if the user asked that the server stays. */
  final Path keepMarker() {
    return server.resolve("keep-running");
  }

  final boolean exist() {
    return Files.isDirectory(users());
  }

  /** Creates the missing folders, readable by this user only. */
  public final void create() {
    try {
      Files.createDirectories(server.getParent());
      Files.createDirectories(
          server,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.createDirectories(users());
    } catch (IOException e) {
      throw new ServerException(
          "cannot create " + server + "; choose a home folder you can write to", e);
    }
  }

  /** Makes the unfinished data the server's data, in one step. */
  public final void finishData() {
    try {
      Files.move(unfinishedData(), data(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new ServerException("cannot create " + data(), e);
    }
  }

  /** Deletes a file or a whole folder, if it is there. */
  public static void delete(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try (var tree = Files.walk(path)) {
      for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new ServerException("cannot delete " + path, e);
    }
  }
}
