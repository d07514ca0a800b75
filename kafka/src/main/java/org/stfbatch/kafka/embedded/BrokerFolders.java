package org.stfbatch.kafka.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import org.stfbatch.base.IoReason;
import org.stfbatch.kafka.BrokerException;

/**
 * Where things are below a home folder.
 *
 * @param home absolute path of the home folder
 */
record BrokerFolders(Path home) {

  static final String DATA = "data";
  static final String UNFINISHED_DATA = "data.unfinished";
  static final String PROPERTIES = "server.properties";

  BrokerFolders {
    home = home.toAbsolutePath().normalize();
  }

  Path server() {
    return home.resolve("kafka");
  }

  Path data() {
    return server().resolve(DATA);
  }

  /** Where an empty store is made before it becomes {@link #data}. */
  Path unfinishedData() {
    return server().resolve(UNFINISHED_DATA);
  }

  Path properties() {
    return server().resolve(PROPERTIES);
  }

  Path password() {
    return server().resolve("password");
  }

  /** How to connect, for Kafka's own tools. */
  Path clientProperties() {
    return server().resolve("client.properties");
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

  /** Exists if the user asked that the broker stays. */
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
      throw new BrokerException(
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
      throw new BrokerException("cannot delete " + path + " (" + IoReason.of(e) + ")", e);
    }
  }
}
