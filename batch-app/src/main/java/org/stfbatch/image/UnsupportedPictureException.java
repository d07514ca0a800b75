package org.stfbatch.image;

import java.io.IOException;

/** The file is of an unsupported variant of its format; it may be valid. */
final class UnsupportedPictureException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param kind the variant, as the end of "a TIFF image with ..."
   */
  UnsupportedPictureException(String kind) {
    super(kind);
  }
}
