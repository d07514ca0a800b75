package org.stfbatch.image;

import java.io.IOException;

/** The file is sound as far as was looked, and of a kind that is not supported. */
final class UnsupportedPictureException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param kind what it has, as the end of "a TIFF image with ..."
   */
  UnsupportedPictureException(String kind) {
    super(kind);
  }
}
