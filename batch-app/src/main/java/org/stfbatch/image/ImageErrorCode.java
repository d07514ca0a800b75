package org.stfbatch.image;

/** Stable error codes of images. The names are stored with failures and never change. */
public enum ImageErrorCode {
  /** The referenced file or address does not exist. */
  IMAGE_NOT_FOUND,
  /** The file exists and cannot be read. */
  IMAGE_UNREADABLE,
  /** The format is supported, and the data is broken or truncated. */
  IMAGE_DECODE,
  /** The format is not supported. */
  IMAGE_FORMAT,
  /** The image exceeds the limit on bytes or pixels. */
  IMAGE_TOO_LARGE,
  /** The reference points outside the image folder. */
  IMAGE_OUTSIDE_FOLDER,
  /** A download failed: refused by the server, or still failing after all retries. */
  IMAGE_FETCH,
  /** The reference itself is malformed. */
  IMAGE_REFERENCE,
  /** The reference leads to a host that may not be reached. */
  IMAGE_ADDRESS
}
