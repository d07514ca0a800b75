package org.stfbatch.bench;

import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunDeletion;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.report.ReportReader;
import org.stfbatch.report.ReportTerms;

/**
 * What a run that was answered costs those who keep it.
 *
 * @param bytesOfAJob of the database's files, indexes included, by the jobs
 * @param chunkGrowth what a job costs in the last tenth of the chunks by what it costs in the
 *     second one, in which the program is warm: 1 if it does not depend on the run's size
 * @param statusSeconds of counting it, as {@code status} does
 * @param reportSeconds of reading all that a report shows
 * @param deleteSeconds of deleting it
 * @param vacuumSeconds of making its room free for others after that
 */
public record RunCosts(
    double bytesOfAJob,
    double chunkGrowth,
    double statusSeconds,
    double reportSeconds,
    double deleteSeconds,
    double vacuumSeconds) {
  private static final String GROWTH =
      """
      with placed as (
        select
          extract(epoch from finished_at - started_at)::float8 as seconds, jobs,
          ntile(10) over (order by metric_id) as tenth
        from chunk_metric
        where run_id = :run
      )
      select
        coalesce(
          (sum(seconds) filter (where tenth = 10) / sum(jobs) filter (where tenth = 10))
            / nullif(sum(seconds) filter (where tenth = 2) / sum(jobs) filter (where tenth = 2), 0),
          1)
      from placed
      """;

  /** Measures, and deletes the run. */
  static RunCosts measure(DataSource database, Run run, int jobs) throws InterruptedException {
    JdbcClient jdbc = JdbcClient.create(database);
    long bytes = jdbc.sql("select pg_database_size(current_database())").query(Long.class).single();
    double growth = jdbc.sql(GROWTH).param("run", run.runId()).query(Double.class).single();
    double status = Timing.seconds(() -> new RunStatusStore(database).status(run));
    long began = System.nanoTime();
    new ReportReader(database, Clock.systemUTC()).read(run, List.of(), ReportTerms.NONE);
    double report = (System.nanoTime() - began) / 1e9;
    RunDeletion deletion = new RunDeletion(database);
    double delete = Timing.seconds(() -> deletion.delete(run.runId()));
    double vacuum = Timing.seconds(deletion::vacuum);
    return new RunCosts((double) bytes / jobs, growth, status, report, delete, vacuum);
  }

  void print(Text text) {
    text.value("bytes a job", "%.0f", bytesOfAJob);
    text.value("a job, last by first chunks", "%.2f", chunkGrowth);
    text.value("status seconds", "%.2f", statusSeconds);
    text.value("report seconds", "%.2f", reportSeconds);
    text.value("delete seconds", "%.2f", deleteSeconds);
    text.value("vacuum seconds", "%.2f", vacuumSeconds);
  }
}
