package org.stfbatch.model;

/**
 * A call on the device failed; the message is the native library's. The model may be used again.
 */
public class ModelException extends RuntimeException {
  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
