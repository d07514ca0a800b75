package org.stfbatch.db;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Counts attempts at jobs before they begin, so that a job that kills the process is found. Thread
 * safe; every call commits at once.
 */
public final class JobAttemptStore {
  private static final String BEGIN =
      """
      insert into job_attempt (job_id, run_id, attempts)
      values (:job, :run, 1)
      on conflict (job_id) do update set attempts = job_attempt.attempts + 1
      returning attempts
      """;

  private static final String END = "delete from job_attempt where job_id = :job";

  private final JdbcClient jdbc;

  public JobAttemptStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /**
   * Counts an attempt that begins now.
   *
   * @return how many before it have begun and never ended, because the process died
   */
  public int begin(long runId, long jobId) {
    return jdbc.sql(BEGIN).param("job", jobId).param("run", runId).query(Integer.class).single()
        - 1;
  }

  /** The attempt has ended, however it did. */
  public void end(long jobId) {
    jdbc.sql(END).param("job", jobId).update();
  }
}
