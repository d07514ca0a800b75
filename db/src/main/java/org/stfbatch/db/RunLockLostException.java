package org.stfbatch.db;

/** The connection that held a run's lock is gone; another process may hold the lock by now. */
public final class RunLockLostException extends DatabaseException {

  private static final long serialVersionUID = 1L;

  RunLockLostException(long runId, Throwable cause) {
    super(
        "the database connection that locked run "
            + runId
            + " is lost; stop, and start again when the database is reachable",
        cause);
  }
}
