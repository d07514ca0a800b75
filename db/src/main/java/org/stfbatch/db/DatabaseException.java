package org.stfbatch.db;

/**
 * The database cannot be used. The message is one line for the user that names the problem, the
 * database and the cure.
 */
public class DatabaseException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message one line that names the database (without its password) and the cure
   */
  public DatabaseException(String message) {
    super(message);
  }

  /**
   * @param message one line that names the database (without its password) and the cure
   * @param cause the error of the driver or the system
   */
  public DatabaseException(String message, Throwable cause) {
    super(message, cause);
  }
}
