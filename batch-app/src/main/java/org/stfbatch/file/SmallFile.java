package org.stfbatch.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/**
 * Atomic replacement of very many small files. Unlike {@link WholeFile} it does not wait for the
 * disk, and looks for abandoned files once a folder instead of once a file. After a power failure a
 * file may be empty, never half.
 */
public final class SmallFile {
  private static final Pattern PARTIAL = Pattern.compile("\\..*\\." + PartialFiles.ENDING_PATTERN);

  private SmallFile() {}

  /**
   * Writes a file, which appears under its name only when it is complete. A symbolic link of that
   * name is replaced, not followed.
   *
   * @throws IOException if it cannot be written; an older file stays
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path partial = file.resolveSibling("." + PartialFiles.stem(file) + PartialFiles.ending());
    try (FileChannel channel =
        FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      PartialFiles.lockIfPossible(channel);
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
        PartialFiles.deleteIfAbandoned(path);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }
}
