package org.stfbatch.kafka;

/**
 * The cluster, or a topic of it, cannot be used. The message is one line for the user that names
 * the problem, the item and the cure. It never contains a secret.
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
   * @param cause the client's error; must not contain secrets
   */
  public BrokerException(String message, Throwable cause) {
    super(message, cause);
  }
}
