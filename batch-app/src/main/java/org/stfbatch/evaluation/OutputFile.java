package org.stfbatch.evaluation;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.stfbatch.file.WholeFile;

/**
 * A file that a benchmark gives.
 *
 * @param name relative to the folder of its output; slashes separate folders
 * @param content writes what it holds
 */
public record OutputFile(String name, Content content) {
  /** What a file holds. */
  public interface Content {
    /** Writes it; the caller closes the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  static OutputFile text(String name, String text) {
    return new OutputFile(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Writes the file below a folder; it appears under its name only when it is complete.
   *
   * @return where it is
   */
  public Path writeBelow(Path folder) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.toAbsolutePath().getParent());
    WholeFile.write(file, content::writeTo);
    return file;
  }
}
