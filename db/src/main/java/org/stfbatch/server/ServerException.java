package org.stfbatch.server;

import java.io.IOException;
import org.stfbatch.base.IoReason;

/**
 * A server, or something in its folder, cannot be used. Callers of {@link SharedServer} do not see
 * it: they get the exception that it was given to throw instead.
 */
public final class ServerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message one line that names the item and the cure
   */
  public ServerException(String message) {
    super(message);
  }

  /**
   * @param message one line that names the item and the cure, without the reason
   * @param cause gives the reason, which is appended to the message
   */
  public ServerException(String message, IOException cause) {
    super(message + " (" + IoReason.of(cause) + ")", cause);
  }

  /**
   * @param message one line that names what was interrupted
   */
  public ServerException(String message, InterruptedException cause) {
    super(message, cause);
  }
}
