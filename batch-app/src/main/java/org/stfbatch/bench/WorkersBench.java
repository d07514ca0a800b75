package org.stfbatch.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.model.ModelSettings;

/**
 * Benchmark of scaling: how much faster several workers answer a run than one. Each worker is a
 * process of its own on the same database, with a simulated device that takes a fixed time per job,
 * or none.
 */
public final class WorkersBench {
  private static final String TIMES =
      """
      with worker as (
        select worker, min(started_at) as began, max(finished_at) as ended
        from chunk_metric
        where run_id = (select run_id from run where name = :run) and worker is not null
        group by worker
      )
      select
        extract(epoch from max(ended) - min(began))::float8 as seconds,
        extract(epoch from max(ended) - min(ended))::float8 as tail,
        (select count(*) from chunk_metric
          where run_id = (select run_id from run where name = :run))::float8 as chunks
      from worker
      """;

  private WorkersBench() {}

  /**
   * Plan of the measurement.
   *
   * @param jobsOfAWorker number of text-only questions per worker; the run has this many times the
   *     number of workers
   * @param chunk number of answers per commit of a worker
   * @param device simulated time per job; zero for a device that answers immediately
   * @param workers numbers of workers, one measurement each; the first is the reference
   */
  public record Plan(int jobsOfAWorker, int chunk, Duration device, List<Integer> workers) {
    /**
     * @throws IllegalArgumentException if a number is out of range
     */
    public Plan {
      if (jobsOfAWorker < 1 || chunk < 1 || device.isNegative()) {
        throw new IllegalArgumentException(
            "a worker needs at least one job and chunks of at least 1, and its device's time must not be negative");
      }
      if (workers.isEmpty() || workers.stream().anyMatch(count -> count < 1)) {
        throw new IllegalArgumentException("the numbers of workers must be at least 1");
      }
      workers = List.copyOf(workers);
    }
  }

  /**
   * Runs the measurement.
   *
   * @param parent folder in which the database's folder is created
   */
  public static BenchReport.Workers run(Path parent, Plan plan) throws InterruptedException {
    Machine machine = Machine.describe(ModelSettings.exact());
    List<WorkersResult> results = new ArrayList<>();
    try (BenchDatabase database = BenchDatabase.open(parent)) {
      for (int workers : plan.workers()) {
        results.add(measure(database, plan, workers, results));
      }
    }
    return new BenchReport.Workers(
        machine, plan.chunk(), plan.device().toNanos() / 1e6, List.copyOf(results));
  }

  private static WorkersResult measure(
      BenchDatabase database, Plan plan, int workers, List<WorkersResult> before)
      throws InterruptedException {
    String name = "workers-" + before.size();
    BenchRun run = new BenchRun(database.dataSource(), name);
    int jobs = plan.jobsOfAWorker() * workers;
    run.ingest(jobs, RunnerBench::question);
    List<WorkerProcess> processes = new ArrayList<>();
    try {
      IntStream.range(0, workers)
          .forEach(i -> processes.add(WorkerProcess.start(database.settings(), name, i, plan)));
      // All processes have finished their warm-up before any of them starts.
      for (WorkerProcess process : processes) {
        process.awaitReady();
      }
      processes.forEach(WorkerProcess::begin);
      for (WorkerProcess process : processes) {
        process.awaitEnd();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      processes.forEach(WorkerProcess::close);
    }
    long answered = run.status().answered();
    return JdbcClient.create(database.dataSource())
        .sql(TIMES)
        .param("run", name)
        .query(
            (row, n) -> {
              double seconds = row.getDouble("seconds");
              double rate = answered / seconds;
              double ofOne =
                  before.isEmpty()
                      ? rate / workers
                      : before.get(0).jobsPerSecond() / before.get(0).workers();
              return new WorkersResult(
                  workers,
                  answered,
                  seconds,
                  rate,
                  rate / (workers * ofOne),
                  row.getDouble("tail") / seconds,
                  row.getDouble("chunks") / seconds);
            })
        .single();
  }
}
