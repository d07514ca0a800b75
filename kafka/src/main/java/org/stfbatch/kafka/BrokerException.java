package org.stfbatch.kafka;

/**
 * The cluster, or something on it, cannot be used. The message is one line for the user: what,
 * where, and the cure. It never holds a secret.
 */
public class BrokerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message one line that names the item and the cure
   */
  public BrokerException(String message) {
    super(message);
  }

  /**
   * @param message one line that names the item and the cure
   * @param cause what the client said; must be free of secrets
   */
  public BrokerException(String message, Throwable cause) {
    super(message, cause);
  }
}
