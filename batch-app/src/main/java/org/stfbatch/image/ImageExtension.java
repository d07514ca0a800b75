package org.stfbatch.image;

import java.util.Locale;
import java.util.Set;

/** File name extensions of image files. */
public final class ImageExtension {
  /** Extensions in lower case. The actual format is detected from a file's content. */
  public static final Set<String> KNOWN =
      Set.of(
          "jpg", "jpeg", "jpe", "jfif", "jif", "jfi", "pjpeg", "pjp", "png", "apng", "webp", "gif",
          "bmp", "dib", "tif", "tiff");

  private ImageExtension() {}

  /**
   * Returns the extension of a reference in lower case, if images have it; else the usual one for
   * the content.
   *
   * @param reference a path or an address
   * @param data an image file
   */
  public static String of(String reference, byte[] data) {
    String path = reference.replaceFirst("[?#].*", "");
    String last =
        path.substring(path.lastIndexOf('/') + 1)
            .replaceFirst("^.*\\.", "")
            .toLowerCase(Locale.ROOT);
    return KNOWN.contains(last) ? last : usual(data);
  }

  private static String usual(byte[] data) {
    return ImageFormat.of(data)
        .map(format -> format == ImageFormat.JPEG ? "jpg" : format.name().toLowerCase(Locale.ROOT))
        .orElse("img");
  }
}
