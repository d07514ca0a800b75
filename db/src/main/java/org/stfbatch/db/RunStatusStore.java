package org.stfbatch.db;

import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Store of a run's progress: counts and rates. */
public final class RunStatusStore {

  /** One statement, which sees one snapshot: the counts add up even while chunks are committed. */
  private static final String COUNTS =
      """
      with counted as (%s)
      select 'answered' as what, null as code, answered as n from counted
      union all
      select 'waiting', null, waiting from counted
      union all
      select 'retried', null, retried from counted
      union all
      select 'later', null, later_answers from counted
      union all
      select 'reused', null, reused_answers from counted
      union all
      select 'failed', code, count(*) from failure where run_id = :run group by code
      """
          .formatted(RunCounts.of(":run"));

  /**
   * Includes all chunks since the start of the last step execution, because several workers may
   * have one each.
   */
  private static final String RATES =
      """
      with last as (
        select min(started_at) as began
        from chunk_metric
        where run_id = :run
          and step_execution_id = (
            select max(step_execution_id) from chunk_metric where run_id = :run)
      )
      select
        coalesce(sum(distinct_images), 0) as images,
        coalesce(sum(jobs), 0) as jobs,
        coalesce(sum(reused), 0) as reused,
        coalesce(extract(epoch from max(finished_at) - min(began)), 0) as seconds
      from chunk_metric, last
      where run_id = :run and finished_at > began
      """;

  private static final String TIMES =
      """
      select
        min(started_at) as started, max(finished_at) as finished,
        count(distinct step_execution_id) as attempts
      from chunk_metric
      where run_id = :run
      """;

  private final JdbcClient jdbc;

  public RunStatusStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /** Returns the current status of a run. */
  public RunStatus status(Run run) {
    Counts counts = counts(run.runId());
    Rates rates = rates(run.runId());
    long failed = counts.failures().values().stream().mapToLong(Long::longValue).sum();
    return new RunStatus(
        run.name(),
        counts.answered() + failed + counts.waiting(),
        counts.answered(),
        failed,
        counts.waiting(),
        counts.failures(),
        counts.retries(),
        counts.reused(),
        rates.perSecond(rates.images()),
        rates.perSecond(rates.jobs()),
        eta(counts.waiting(), rates.perSecond(rates.jobs() + rates.reused())));
  }

  /** Returns the start, end and number of the attempts at a run so far. */
  public RunTimes times(Run run) {
    return jdbc.sql(TIMES)
        .param("run", run.runId())
        .query(
            (row, n) ->
                new RunTimes(
                    Rows.optionalInstant(row, "started"),
                    Rows.optionalInstant(row, "finished"),
                    row.getLong("attempts")))
        .single();
  }

  private Counts counts(long runId) {
    return jdbc.sql(COUNTS)
        .param("run", runId)
        .query(
            rows -> {
              long answered = 0;
              long waiting = 0;
              long retried = 0;
              long later = 0;
              long reused = 0;
              SortedMap<String, Long> failures = new TreeMap<>();
              while (rows.next()) {
                long n = rows.getLong("n");
                switch (rows.getString("what")) {
                  case "answered" -> answered = n;
                  case "waiting" -> waiting = n;
                  case "retried" -> retried = n;
                  case "later" -> later = n;
                  case "reused" -> reused = n;
                  default -> failures.put(rows.getString("code"), n);
                }
              }
              return new Counts(
                  answered, waiting, failures, new RunStatus.Retries(retried, later), reused);
            });
  }

  private Rates rates(long runId) {
    return jdbc.sql(RATES)
        .param("run", runId)
        .query(
            (row, n) ->
                new Rates(
                    row.getLong("images"),
                    row.getLong("jobs"),
                    row.getLong("reused"),
                    row.getDouble("seconds")))
        .single();
  }

  private static OptionalDouble eta(long waiting, double jobsPerSecond) {
    return waiting > 0 && jobsPerSecond > 0
        ? OptionalDouble.of(waiting / jobsPerSecond)
        : OptionalDouble.empty();
  }

  private record Counts(
      long answered,
      long waiting,
      SortedMap<String, Long> failures,
      RunStatus.Retries retries,
      long reused) {}

  private record Rates(long images, long jobs, long reused, double seconds) {

    double perSecond(long count) {
      return seconds > 0 ? count / seconds : 0;
    }
  }
}
