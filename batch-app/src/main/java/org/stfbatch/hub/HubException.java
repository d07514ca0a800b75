package org.stfbatch.hub;

/**
 * A permanent or repeated failure of a download. The message is one line that names the item and
 * the cure.
 */
public final class HubException extends RuntimeException {
  private final boolean temporary;

  private HubException(String message, boolean temporary, Throwable cause) {
    super(message, cause);
    this.temporary = temporary;
  }

  static HubException permanent(String message) {
    return new HubException(message, false, null);
  }

  static HubException permanent(String message, Throwable cause) {
    return new HubException(message, false, cause);
  }

  static HubException temporary(String message) {
    return new HubException(message, true, null);
  }

  static HubException temporary(String message, Throwable cause) {
    return new HubException(message, true, cause);
  }

  /** Returns whether the same download may succeed later without any change. */
  public boolean isTemporary() {
    return temporary;
  }
}
