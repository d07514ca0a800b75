package org.stfbatch.db;

/**
 * Timeout of a transaction whose client is suspended, for example with its machine: its row locks
 * would block all other workers of the run.
 */
final class IdleTransactionTimeout {
  /**
   * SQL expression that sets the timeout for the current transaction: the server ends the session
   * if the client is idle for longer between two statements.
   */
  static final String SET = "set_config('idle_in_transaction_session_timeout', '30s', true)";

  private IdleTransactionTimeout() {}
}
