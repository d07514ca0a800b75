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
 * Costs of a finished run in the database.
 *
 * @param bytesOfAJob size of the database's files, including indexes, divided by the number of jobs
 * @param chunkGrowth time per job in the last tenth of the chunks divided by that in the second
 *     tenth, when the program is warm; 1 if it does not depend on the run's size
 * @param statusSeconds time of counting the jobs by status, as {@code status} does
 * @param reportSeconds time of reading all data of a report
 * @param deleteSeconds time of deleting the run
 * @param vacuumSeconds time of the vacuum afterwards, which frees its space for others
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

  /** Measures the costs; deletes the run. */
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
