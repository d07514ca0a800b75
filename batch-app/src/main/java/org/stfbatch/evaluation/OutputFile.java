package org.stfbatch.evaluation;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.stfbatch.file.WholeFile;

/**
 * Output file of a benchmark.
 *
 * @param name relative to the output folder; slashes separate folders
 * @param content writes the content
 */
public record OutputFile(String name, Content content) {
  /** Content of a file. */
  public interface Content {
    /** Writes the content; the caller closes the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  static OutputFile text(String name, String text) {
    return new OutputFile(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Writes the file below a folder. It appears under its name only when it is complete.
   *
   * @return the path
   */
  public Path writeBelow(Path folder) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.toAbsolutePath().getParent());
    WholeFile.write(file, content::writeTo);
    return file;
  }
}
