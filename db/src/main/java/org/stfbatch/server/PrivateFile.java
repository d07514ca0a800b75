package org.stfbatch.server;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;
import java.util.Set;

/** A file that only its owner can read, replaced atomically. */
public final class PrivateFile {

  private PrivateFile() {}

  /**
   * Writes properties in place of the file that is there.
   *
   * @param comment the file's first line
   * @throws ServerException if that fails
   */
  public static void write(Path file, Properties properties, String comment) {
    StringWriter text = new StringWriter();
    try {
      properties.store(text, comment);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    write(file, text.toString());
  }

  /**
   * Writes a text in place of the file that is there.
   *
   * @param text in Latin-1, as property files are
   * @throws ServerException if that fails
   */
  public static void write(Path file, String text) {
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    try {
      Files.deleteIfExists(unfinished);
      try (var channel =
          Files.newByteChannel(
              unfinished,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        channel.write(StandardCharsets.ISO_8859_1.encode(text));
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new ServerException("cannot write " + file, e);
    }
  }
}
