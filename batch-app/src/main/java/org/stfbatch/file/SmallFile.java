package org.stfbatch.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Atomic replacement of very many small files. Unlike {@link WholeFile} it does not wait for the
 * disk, and looks for abandoned files once a folder instead of once a file. After a power failure a
 * file may be empty, never half.
 */
public final class SmallFile {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int RANDOM_BYTES = 8;

  /** In characters of up to four bytes in UTF-8; file names have at most 255 bytes. */
  private static final int LONGEST_STEM = 50;

  private static final Pattern PARTIAL = Pattern.compile("\\..*\\.[0-9a-f]{16}\\.partial");

  private SmallFile() {}

  /**
   * Writes a file, which appears under its name only when it is complete. A symbolic link of that
   * name is replaced, not followed.
   *
   * @throws IOException if it cannot be written; an older file stays
   */
  public static void replace(Path file, byte[] content) throws IOException {
    byte[] random = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(random);
    String name = file.getFileName().toString();
    Path partial =
        file.resolveSibling(
            "."
                + name.substring(0, Math.min(name.length(), LONGEST_STEM))
                + "."
                + HexFormat.of().formatHex(random)
                + ".partial");
    try (FileChannel channel =
        FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      lockIfPossible(channel);
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      Files.move(
          partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(partial);
      throw e;
    }
  }

  /** Where the file system has no locks, no file counts as abandoned. */
  private static void lockIfPossible(FileChannel channel) {
    try {
      channel.tryLock();
    } catch (IOException e) {
      return;
    }
  }

  /**
   * Deletes the partial files that killed processes left in a folder.
   *
   * @throws IOException if the folder cannot be listed
   */
  public static void deleteAbandoned(Path folder) throws IOException {
    try (DirectoryStream<Path> partial =
        Files.newDirectoryStream(
            folder,
            path ->
                PARTIAL.matcher(path.getFileName().toString()).matches()
                    && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))) {
      for (Path path : partial) {
        deleteIfAbandoned(path);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static void deleteIfAbandoned(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Files.deleteIfExists(path);
      }
    } catch (OverlappingFileLockException e) {
      // This process is writing it.
      return;
    } catch (FileSystemException e) {
      // Another process has just completed it, or it belongs to another user.
      return;
    }
  }
}
