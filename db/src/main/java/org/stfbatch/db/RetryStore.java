package org.stfbatch.db;

import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementSetter;

/**
 * Queues failed jobs for a retry, and keeps their failures as past ones. Sequence numbers of
 * deleted failures are not reused: the outcome of a retry gets a new number, so that a publisher,
 * which continues after the last published number, does not miss it.
 */
public final class RetryStore {

  /**
   * Jobs that failed at ingest are not retried: their lines were invalid, so that there is no
   * prompt to answer.
   */
  private static final String TAKE_BACK =
      """
      with wanted as (
        select * from unnest(?) as w (code)
      ),
      taken as (
        delete from failure
        where run_id = ? and stage <> 'ingest' and failed_at <= coalesce(?, failed_at)
          and (code in (select code from wanted) or not exists (select from wanted))
        returning *
      ),
      kept as (
        %s
        select %s from taken
      ),
      queued as (
        insert into waiting_job (run_id, job_id, image_key, attempt)
        select taken.run_id, taken.job_id, image_job.image_key, taken.attempt + 1
        from taken join image_job using (run_id, job_id)
      ),
      counted as (
        insert into run_count (run_id, failures, retried)
        select run_id, -count(*), count(*) from taken group by run_id
      )
      select code, count(*) as n from taken group by code
      """
          .formatted(PastFailures.INSERT, PastFailures.COLUMNS);

  private static final String NEVER_JOBS =
      """
      with wanted as (
        select * from unnest(?) as w (code)
      )
      select count(*) from failure
      where run_id = ? and stage = 'ingest' and failed_at <= coalesce(?, failed_at)
        and (code in (select code from wanted) or not exists (select from wanted))
      """;

  private final JdbcTemplate template;

  public RetryStore(DataSource dataSource) {
    this.template = new JdbcTemplate(dataSource);
  }

  /**
   * Result of queuing failures for a retry.
   *
   * @param byCode number of queued jobs by failure code
   * @param neverJobs number of failures of these codes that were rejected at ingest and stay
   *     failures
   */
  public record Retried(SortedMap<String, Long> byCode, long neverJobs) {
    /** Returns the number of queued jobs. */
    public long jobs() {
      return byCode.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Queues the jobs of failures for another attempt and moves the failures to the past ones, in one
   * statement. The caller holds the run's lock.
   *
   * @param codes of the failures; empty for all
   * @param failedBy only failures at this time or earlier; empty for all
   */
  public Retried takeBack(long runId, Collection<String> codes, Optional<Instant> failedBy) {
    PreparedStatementSetter wanted =
        statement -> {
          statement.setArray(
              1, statement.getConnection().createArrayOf("text", codes.toArray(String[]::new)));
          statement.setLong(2, runId);
          statement.setObject(
              3, failedBy.map(Rows::timestamp).orElse(null), Types.TIMESTAMP_WITH_TIMEZONE);
        };
    SortedMap<String, Long> byCode =
        template.query(
            TAKE_BACK,
            wanted,
            rows -> {
              SortedMap<String, Long> counts = new TreeMap<>();
              while (rows.next()) {
                counts.put(rows.getString("code"), rows.getLong("n"));
              }
              return counts;
            });
    return new Retried(byCode, neverJobs(wanted));
  }

  private long neverJobs(PreparedStatementSetter wanted) {
    return template.query(
        NEVER_JOBS,
        wanted,
        rows -> {
          rows.next();
          return rows.getLong(1);
        });
  }
}
