package org.stfbatch.db;

import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Store of the summaries of all runs. */
public final class RunSummaryStore {
  private static final String ALL =
      """
      select
        run_id, uuid, name, created_at, counted.answered, counted.failed, counted.waiting,
        started_at, finished_at, jobs.bytes + answers.bytes + failures.bytes as bytes
      from run
      cross join lateral (
        select coalesce(sum(pg_column_size(image_job.*)), 0) as bytes
        from image_job where image_job.run_id = run.run_id) jobs
      cross join lateral (
        select coalesce(sum(pg_column_size(answer.*)), 0) as bytes
        from answer where answer.run_id = run.run_id) answers
      cross join lateral (
        select coalesce(sum(pg_column_size(failure.*)), 0) as bytes
        from failure where failure.run_id = run.run_id) failures
      cross join lateral (%s) counted
      cross join lateral (
        select min(started_at) as started_at, max(finished_at) as finished_at
        from chunk_metric where chunk_metric.run_id = run.run_id) chunks
      order by run_id
      """
          .formatted(RunCounts.of("run.run_id"));

  private final JdbcClient jdbc;

  public RunSummaryStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /** Returns the summaries of all runs, oldest first. Reads every job, answer and failure once. */
  public List<RunSummary> all() {
    return jdbc.sql(ALL)
        .query(
            (row, n) ->
                new RunSummary(
                    new Run(
                        row.getLong("run_id"),
                        row.getObject("uuid", UUID.class),
                        row.getString("name"),
                        Rows.instant(row, "created_at")),
                    row.getLong("answered") + row.getLong("failed") + row.getLong("waiting"),
                    row.getLong("answered"),
                    row.getLong("failed"),
                    row.getLong("waiting"),
                    Rows.optionalInstant(row, "started_at"),
                    Rows.optionalInstant(row, "finished_at"),
                    row.getLong("bytes")))
        .list();
  }
}
