package org.stfbatch.demo;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A UTF-8 file that appears under its name only when it is complete. */
final class NewFile implements AutoCloseable {
  private final Path target;
  private final Path partial;
  private final BufferedWriter writer;

  NewFile(Path target) throws IOException {
    this.target = target;
    this.partial = target.resolveSibling(target.getFileName() + ".partial");
    this.writer = Files.newBufferedWriter(partial);
  }

  Writer writer() {
    return writer;
  }

  void line(String line) throws IOException {
    writer.write(line);
    writer.write('\n');
  }

  void commit() throws IOException {
    writer.close();
    Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    try {
      writer.close();
    } finally {
      Files.deleteIfExists(partial);
    }
  }
}
