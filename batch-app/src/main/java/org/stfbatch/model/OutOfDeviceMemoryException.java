package org.stfbatch.model;

/** The device had not enough memory for a call; a smaller batch may succeed. */
public final class OutOfDeviceMemoryException extends ModelException {
  public OutOfDeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
