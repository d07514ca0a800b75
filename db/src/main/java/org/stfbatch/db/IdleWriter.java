package org.stfbatch.db;

/**
 * Writers that stand still in the middle of a transaction, as on a machine that sleeps: what they
 * have locked would hold up all others that share a run.
 */
final class IdleWriter {
  /**
   * A column in SQL: where it is read, the server ends the transaction if it stands still after.
   */
  static final String IS_ENDED = "set_config('idle_in_transaction_session_timeout', '30s', true)";

  private IdleWriter() {}
}
