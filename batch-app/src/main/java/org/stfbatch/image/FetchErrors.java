package org.stfbatch.image;

/** Errors that several fetchers share. */
final class FetchErrors {
  private FetchErrors() {}

  static ImageException tooManyBytes(ImageSource source, long size, long maxBytes) {
    return ImageException.permanent(
        ImageErrorCode.IMAGE_TOO_LARGE,
        source.displayName()
            + " has "
            + (size > maxBytes ? size + " bytes" : "too many bytes")
            + ", the limit is "
            + maxBytes
            + ": shrink the image");
  }
}
