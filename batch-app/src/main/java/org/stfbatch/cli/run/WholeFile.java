package org.stfbatch.cli.run;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.stfbatch.job.InputException;

/**
 * A file that appears under its name only when it is complete. What is no file, such as a pipe, is
 * written to at once.
 */
final class WholeFile implements AutoCloseable {
  private final Path target;
  private final Path partial;
  private final OutputStream stream;

  WholeFile(Path file) throws IOException {
    // A link stays a link.
    target = Files.isRegularFile(file) ? file.toRealPath() : file.toAbsolutePath();
    if (Files.isDirectory(target) || !Files.isDirectory(target.getParent())) {
      throw new InputException(
          "cannot write " + file + ": it is a folder, or its folder is not there");
    }
    boolean special = Files.exists(target) && !Files.isRegularFile(target);
    partial = special ? target : target.resolveSibling(target.getFileName() + ".partial");
    try {
      stream = new BufferedOutputStream(Files.newOutputStream(partial), 1 << 16);
    } catch (IOException e) {
      throw new InputException("cannot write " + partial + ": " + e.getMessage(), e);
    }
  }

  OutputStream stream() {
    return stream;
  }

  void commit() throws IOException {
    stream.close();
    if (!partial.equals(target)) {
      Files.move(
          partial, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      stream.close();
    } finally {
      if (!partial.equals(target)) {
        Files.deleteIfExists(partial);
      }
    }
  }
}
