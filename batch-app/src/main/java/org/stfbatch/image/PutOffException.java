package org.stfbatch.image;

/**
 * An image did not arrive for a reason that may pass, and is to be asked for later: {@link
 * Availability} tells when.
 */
public final class PutOffException extends Exception {
  private static final long serialVersionUID = 1L;

  PutOffException(ImageException cause) {
    super(cause.getMessage(), cause);
  }
}
