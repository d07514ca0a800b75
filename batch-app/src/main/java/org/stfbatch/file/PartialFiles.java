package org.stfbatch.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Names and locks of partial files: files with the content of another one that is being written.
 * The process that writes one holds its lock, so an unlocked one was left by a process that was
 * killed.
 */
final class PartialFiles {
  static final String ENDING = ".partial";

  /** A regular expression of what {@link #ending} returns. */
  static final String ENDING_PATTERN = "[0-9a-f]{16}\\.partial";

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int RANDOM_BYTES = 8;

  /** In characters of up to four bytes in UTF-8; file names have at most 255 bytes. */
  private static final int LONGEST_STEM = 50;

  private PartialFiles() {}

  /** Returns the start of the names of a file's partial files, short enough for a file name. */
  static String stem(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, Math.min(name.length(), LONGEST_STEM)) + ".";
  }

  /** Returns the end of the name of a new partial file, which no other one has. */
  static String ending() {
    byte[] random = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random) + ENDING;
  }

  /**
   * Locks a new partial file. Where the file system has no locks, no file counts as abandoned.
   *
   * @return false if another process holds the lock
   */
  static boolean lockIfPossible(FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Deletes a partial file, unless a process is writing it. */
  static void deleteIfAbandoned(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Files.deleteIfExists(path);
      }
    } catch (OverlappingFileLockException e) {
      // This process is writing the file.
      return;
    } catch (FileSystemException e) {
      // Another process has just completed it, or it belongs to another user.
      return;
    }
  }
}
