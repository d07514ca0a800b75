package org.stfbatch.compression;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reader of head masks: a NumPy file (format 1.0 to 3.0) of bool or 8-bit integers 0 and 1, of
 * shape [layers, heads].
 */
final class HeadMaskFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Far above any model's; a file of this size is something else. */
  private static final int MOST_BYTES = 1 << 20;

  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '(?<type>[^']*)', 'fortran_order': (?<fortran>True|False), 'shape': \\((?<shape>[0-9, ]*)\\),? *}\\s*");

  private static final Pattern MATRIX = Pattern.compile("([1-9]\\d{0,5}), ([1-9]\\d{0,5})");

  private final Path file;
  private final byte[] content;

  private HeadMaskFile(Path file, byte[] content) {
    this.file = file;
    this.content = content;
  }

  /**
   * Returns [layers, heads] whether each head is kept.
   *
   * @throws IllegalArgumentException naming the file and what is wrong with it
   */
  static List<List<Boolean>> read(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw refused(file, "is too large for one");
      }
      return new HeadMaskFile(file, Files.readAllBytes(file)).masks();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the head masks %s cannot be read: give a NumPy file that exists, heads=FILE.npy"
              .formatted(file),
          e);
    }
  }

  private List<List<Boolean>> masks() {
    Matcher header = HEADER.matcher(header());
    Matcher shape = MATRIX.matcher(header.matches() ? header.group("shape") : "");
    if (!header.matches() || !shape.matches()) {
      throw refused("is not of shape [layers, heads]");
    }
    if (header.group("fortran").equals("True")) {
      throw refused("is in Fortran order, and C order is needed (numpy.ascontiguousarray)");
    }
    if (!header.group("type").matches("[|]b1|[|]u1|[|]i1")) {
      throw refused("has the type " + header.group("type"));
    }
    return masks(Integer.parseInt(shape.group(1)), Integer.parseInt(shape.group(2)));
  }

  private String header() {
    for (int i = 0; i < MAGIC.length; i++) {
      if (content.length < 12 || content[i] != MAGIC[i]) {
        throw refused("is no NumPy file");
      }
    }
    return new String(content, headerStart(), headerLength(), StandardCharsets.UTF_8);
  }

  private int headerStart() {
    return content[MAGIC.length] == 1 ? 10 : 12;
  }

  private int headerLength() {
    int length = (content[8] & 0xFF) | (content[9] & 0xFF) << 8;
    if (headerStart() + length > content.length) {
      throw refused("is damaged");
    }
    return length;
  }

  private List<List<Boolean>> masks(int layers, int heads) {
    int at = headerStart() + headerLength();
    if (content.length - at != (long) layers * heads) {
      throw refused("is damaged");
    }
    List<List<Boolean>> masks = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      List<Boolean> kept = new ArrayList<>();
      for (int head = 0; head < heads; head++) {
        byte value = content[at++];
        if (value != 0 && value != 1) {
          throw refused("has the value " + value);
        }
        kept.add(value == 1);
      }
      masks.add(kept);
    }
    return masks;
  }

  private IllegalArgumentException refused(String reason) {
    return refused(file, reason);
  }

  private static IllegalArgumentException refused(Path file, String reason) {
    return new IllegalArgumentException(
        "%s %s: head masks are a file of numpy.save with bools of shape [layers, heads]"
            .formatted(file, reason));
  }
}
