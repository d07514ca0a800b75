package org.stfbatch.image;

import java.util.List;

/** Detects base64 data of an image file where a path or an address is expected. */
final class BareBase64 {
  /** How many characters error messages show. */
  static final int SHOWN = 24;

  /** Shorter texts are no images and may be file names. */
  private static final int LEAST = 40;

  /** The base64 of the signatures of JPEG, PNG, GIF, WebP and TIFF. */
  private static final List<String> BEGINNINGS =
      List.of("/9j/", "iVBORw0KGg", "R0lGOD", "UklGR", "SUkqA", "TU0AK");

  private static final String MARK = ";base64,";

  private BareBase64() {}

  /**
   * Returns whether a text is base64, with or without line breaks, of data that begins with an
   * image signature, or a data URI without its scheme.
   */
  static boolean isImage(String text) {
    if (text.length() < LEAST) {
      return false;
    }
    int mark = text.indexOf(MARK);
    return mark > 0 && mark < LEAST && text.startsWith("image/")
        || BEGINNINGS.stream().anyMatch(text::startsWith)
            && text.chars().allMatch(BareBase64::isPart);
  }

  private static boolean isPart(int c) {
    return c >= 'A' && c <= 'Z'
        || c >= 'a' && c <= 'z'
        || c >= '0' && c <= '9'
        || "+/=-_\r\n".indexOf(c) >= 0;
  }
}
