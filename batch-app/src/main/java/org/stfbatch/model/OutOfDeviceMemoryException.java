package org.stfbatch.model;

/** Thrown if a device call runs out of memory; a smaller batch may succeed. */
public final class OutOfDeviceMemoryException extends ModelException {
  public OutOfDeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
