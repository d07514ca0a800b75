package org.stfbatch.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Store of samples of a run for display: failures by code, failed jobs and answers. */
public final class RunSamplesStore {

  private static final String FAILURES =
      """
      select stage, code, count(*) as n, (array_agg(message order by job_id))[1] as example
      from failure
      where run_id = :run
      group by stage, code
      order by n desc, code
      """;

  private static final String FAILED =
      """
      select custom_id, question_id, image_ref, image_root, prompt, message as outcome, code
      from (
        select f.*, row_number() over (partition by code order by job_id) as nth
        from failure f
        where run_id = :run
      ) f
      join image_job j using (run_id, job_id)
      left join job_source s using (source_id)
      where nth <= :each
      order by nth, code
      limit :limit
      """;

  /** Selects by sequence number with index lookups, so that not all answers are read. */
  private static final String ANSWERED =
      """
      with numbers as (
        select min(sequence) as first, max(sequence) as last from answer where run_id = :run
      ),
      picked as (
        select distinct job_id
        from numbers
        cross join generate_series(0, :limit - 1) n
        cross join lateral (
          select job_id
          from answer
          where run_id = :run and sequence >= first + (last - first + 1) * n / :limit
          order by sequence
          limit 1
        ) next
      )
      select custom_id, question_id, image_ref, image_root, prompt, text as outcome, null as code
      from picked
      join answer a using (job_id)
      join image_job j using (run_id, job_id)
      left join job_source s using (source_id)
      where a.run_id = :run
      order by job_id
      """;

  private final JdbcClient jdbc;

  public RunSamplesStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /** Returns the failures by stage and code, the most frequent first. */
  public List<FailureGroup> failures(long runId) {
    return query(FAILURES, runId)
        .query(
            (row, n) ->
                new FailureGroup(
                    row.getString("stage"),
                    row.getString("code"),
                    row.getLong("n"),
                    row.getString("example")))
        .list();
  }

  /**
   * Returns some failed jobs: the first of each code, then the second of each code, and so on.
   *
   * @param each the most jobs of one code
   * @param limit the most jobs in all
   */
  public List<OutcomeSample> failedSamples(long runId, int each, int limit) {
    return query(FAILED, runId)
        .param("each", each)
        .param("limit", limit)
        .query((row, n) -> sample(row))
        .list();
  }

  /** Returns some answered jobs, evenly spread over the run. */
  public List<OutcomeSample> answeredSamples(long runId, int limit) {
    return query(ANSWERED, runId).param("limit", limit).query((row, n) -> sample(row)).list();
  }

  private JdbcClient.StatementSpec query(String sql, long runId) {
    return jdbc.sql(sql).param("run", runId);
  }

  private static OutcomeSample sample(ResultSet row) throws SQLException {
    return new OutcomeSample(
        row.getString("custom_id"),
        Optional.ofNullable(row.getString("question_id")),
        Optional.ofNullable(row.getString("image_ref")),
        Optional.ofNullable(row.getString("image_root")),
        row.getString("prompt"),
        row.getString("outcome"),
        Optional.ofNullable(row.getString("code")));
  }
}
