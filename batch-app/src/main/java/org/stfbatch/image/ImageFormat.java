package org.stfbatch.image;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The supported file formats, detected by their signatures; file names are not trusted. */
enum ImageFormat {
  JPEG,
  PNG,
  GIF,
  WEBP,
  BMP,
  TIFF;

  static Optional<ImageFormat> of(byte[] data) {
    if (startsWith(data, 0, "\u00ff\u00d8\u00ff")) {
      return Optional.of(JPEG);
    }
    if (startsWith(data, 0, "\u0089PNG\r\n\u001a\n")) {
      return Optional.of(PNG);
    }
    if (startsWith(data, 0, "GIF87a") || startsWith(data, 0, "GIF89a")) {
      return Optional.of(GIF);
    }
    if (startsWith(data, 0, "RIFF") && startsWith(data, 8, "WEBP")) {
      return Optional.of(WEBP);
    }
    if (startsWith(data, 0, "BM")) {
      return Optional.of(BMP);
    }
    if (startsWith(data, 0, "II*\0")
        || startsWith(data, 0, "MM\0*")
        || startsWith(data, 0, "II+\0")
        || startsWith(data, 0, "MM\0+")) {
      return Optional.of(TIFF);
    }
    return Optional.empty();
  }

  private static boolean startsWith(byte[] data, int at, String magic) {
    byte[] expected = magic.getBytes(StandardCharsets.ISO_8859_1);
    if (data.length < at + expected.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if (data[at + i] != expected[i]) {
        return false;
      }
    }
    return true;
  }
}
