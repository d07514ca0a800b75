package org.stfbatch.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes head masks as NumPy does. */
public final class HeadMaskFiles {
  private static final int HEADER = 118;

  private HeadMaskFiles() {}

  /**
   * @param layers a line of 0 and 1 for each layer
   * @return the file
   */
  public static Path write(Path file, String... layers) throws IOException {
    String shape = "(%d, %d)".formatted(layers.length, layers[0].length());
    return writeBytes(file, "|b1", shape, String.join("", layers));
  }

  /**
   * @param values a digit for each byte
   * @return the file
   */
  public static Path writeBytes(Path file, String type, String shape, String values)
      throws IOException {
    String header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(type, shape);
    String padded = "%-" + (HEADER - 1) + "s\n";
    String bytes = values.replace('0', '\0').replace('1', '\1').replace('2', '\2');
    String content = "\u0093NUMPY\1\0" + (char) HEADER + '\0' + padded.formatted(header) + bytes;
    return Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));
  }
}
