package org.stfbatch.db.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.IoReason;
import org.stfbatch.db.DatabaseException;
import org.stfbatch.server.ServerFolders;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked once for each version. Needs the lock of the home that holds
 * them.
 */
final class Binaries {

  private static final Logger LOG = LoggerFactory.getLogger(Binaries.class);
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
  private static final int OWNER_MAY_EXECUTE = 0100;

  private final Path parent;
  private final String version;

  /**
   * @param parent the folder that gets one folder a version
   */
  Binaries(Path parent) {
    this.parent = parent;
    this.version = packagedVersion();
  }

  /** For example 18. */
  String majorVersion() {
    return version.substring(0, version.indexOf('.'));
  }

  /** A program of this version, unpacked if need be. */
  Path program(String name) {
    Path folder = parent.resolve("pg-bin-" + version);
    if (!Files.isDirectory(folder)) {
      requirePlatform();
      unpack(folder);
    }
    return folder.resolve("bin").resolve(name);
  }

  private static void requirePlatform() {
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!system.equals("Linux amd64")) {
      throw new DatabaseException(
          "the embedded database runs on Linux x86-64 only, not on "
              + system
              + "; give the URL of a PostgreSQL server");
    }
  }

  private void unpack(Path folder) {
    Path unfinished = parent.resolve("pg-bin-" + version + ".unfinished");
    LOG.info("Unpacking PostgreSQL {} into {}", version, folder);
    ServerFolders.delete(unfinished);
    try {
      Files.createDirectories(unfinished);
      try (InputStream archive = Binaries.class.getResourceAsStream(ARCHIVE)) {
        if (archive == null) {
          throw new DatabaseException(
              "the program lacks its PostgreSQL (" + ARCHIVE + "); build it again");
        }
        unpack(archive, unfinished);
      }
      Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new DatabaseException(
          "cannot unpack PostgreSQL into "
              + folder
              + "; free 100 MB there ("
              + IoReason.of(e)
              + ")",
          e);
    } finally {
      ServerFolders.delete(unfinished);
    }
  }

  private static void unpack(InputStream archive, Path folder) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path target = folder.resolve(entry.getName()).normalize();
        if (!target.startsWith(folder)) {
          throw new IOException("the archive leaves its folder: " + entry.getName());
        }
        unpack(tar, entry, target);
      }
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(target.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, target);
    if ((entry.getMode() & OWNER_MAY_EXECUTE) != 0 && !target.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + target + " executable");
    }
  }

  private static String packagedVersion() {
    try (InputStream in = Binaries.class.getResourceAsStream("postgres.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new DatabaseException("cannot read the packaged PostgreSQL's version; build again", e);
    }
  }
}
