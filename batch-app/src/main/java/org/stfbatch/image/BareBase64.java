package org.stfbatch.image;

import java.util.List;

/** An image file in base64 that is given where a path or an address is expected. */
final class BareBase64 {
  /** So much of it tells what it is. */
  static final int SHOWN = 24;

  /** Shorter ones are no image, and may be names. */
  private static final int LEAST = 40;

  /** How JPEG, PNG, GIF, WebP and TIFF files begin in base64. */
  private static final List<String> BEGINNINGS =
      List.of("/9j/", "iVBORw0KGg", "R0lGOD", "UklGR", "SUkqA", "TU0AK");

  private static final String MARK = ";base64,";

  private BareBase64() {}

  /**
   * Whether a text is base64, with or without line breaks, of what begins as image files do, or a
   * data URI that lacks its first word.
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
