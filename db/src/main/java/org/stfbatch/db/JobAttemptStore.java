package org.stfbatch.db;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Store of attempts that have begun, to detect jobs that crash the process. Thread safe; every call
 * commits immediately.
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
   * Records the start of an attempt.
   *
   * @return the number of earlier attempts that never ended, because the process crashed
   */
  public int begin(long runId, long jobId) {
    return jdbc.sql(BEGIN).param("job", jobId).param("run", runId).query(Integer.class).single()
        - 1;
  }

  /** Deletes the job's attempts, after one has ended with any result. */
  public void end(long jobId) {
    jdbc.sql(END).param("job", jobId).update();
  }
}
