package org.stfbatch.model;

/** Thrown if a device call fails; the message is the native library's. The model remains usable. */
public class ModelException extends RuntimeException {
  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
