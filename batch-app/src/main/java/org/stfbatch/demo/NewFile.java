package org.stfbatch.demo;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.stfbatch.file.WholeFile;

/** UTF-8 file that appears under its name only when it is complete. */
final class NewFile implements AutoCloseable {
  private final WholeFile file;
  private final BufferedWriter writer;

  NewFile(Path target) {
    this.file = WholeFile.begin(target);
    this.writer =
        new BufferedWriter(
            new OutputStreamWriter(file.stream(), StandardCharsets.UTF_8.newEncoder()));
  }

  Writer writer() {
    return writer;
  }

  void line(String line) throws IOException {
    writer.write(line);
    writer.write('\n');
  }

  void commit() throws IOException {
    writer.flush();
    file.commit();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
