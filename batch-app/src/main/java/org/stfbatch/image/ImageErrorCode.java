package org.stfbatch.image;

/** Why an image cannot be used. The names are stored with failures and never change. */
public enum ImageErrorCode {
  /** There is nothing at the place that the reference names. */
  IMAGE_NOT_FOUND,
  /** Something is there, but it is not a readable file. */
  IMAGE_UNREADABLE,
  /** The format is known, the data is broken or ends too early. */
  IMAGE_DECODE,
  /** The data is of no supported format. */
  IMAGE_FORMAT,
  /** More bytes or pixels than the limits allow. */
  IMAGE_TOO_LARGE,
  /** The reference points outside the image folder. */
  IMAGE_OUTSIDE_FOLDER,
  /** A download failed: refused by the server, or still failing after all retries. */
  IMAGE_FETCH,
  /** The reference itself is malformed. */
  IMAGE_REFERENCE,
  /** The reference leads to a host that may not be asked. */
  IMAGE_ADDRESS
}
