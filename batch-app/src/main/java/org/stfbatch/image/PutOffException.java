package org.stfbatch.image;

/** A transient failure: the image is to be requested again when {@link Availability} admits it. */
public final class PutOffException extends Exception {
  private static final long serialVersionUID = 1L;

  PutOffException(ImageException cause) {
    super(cause.getMessage(), cause);
  }
}
