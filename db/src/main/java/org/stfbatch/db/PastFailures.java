package org.stfbatch.db;

/** SQL that moves failures to the past ones, for the statements that delete them. */
final class PastFailures {
  /** The columns of a failure and of a past one. */
  static final String COLUMNS =
      "run_id, job_id, attempt, stage, code, message, attempts, failed_at";

  static final String INSERT = "insert into past_failure (%s)".formatted(COLUMNS);

  private PastFailures() {}
}
