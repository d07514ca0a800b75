package org.stfbatch.db;

/** The connection that held a lock is lost; another process may hold the lock now. */
public final class LockLostException extends DatabaseException {

  private static final long serialVersionUID = 1L;

  LockLostException(String name, Throwable cause) {
    super(
        "the database connection that locked "
            + name
            + " is lost; stop, and start again when the database is reachable",
        cause);
  }
}
