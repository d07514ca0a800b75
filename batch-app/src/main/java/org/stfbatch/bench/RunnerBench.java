package org.stfbatch.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.RunStatus;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.Generation;
import org.stfbatch.job.ProcessMemory;
import org.stfbatch.job.Progress;
import org.stfbatch.job.infer.InferSettings;
import org.stfbatch.job.infer.JobPreparation;
import org.stfbatch.job.infer.JobPreparer;
import org.stfbatch.model.ModelSettings;

/**
 * Benchmark of the runner's throughput through PostgreSQL, with an engine that answers immediately.
 */
public final class RunnerBench {
  private static final List<Integer> PERCENTS = List.of(10, 50, 100);
  private static final int WARM_UP_JOBS = 20_000;
  private static final EngineJob JOB =
      new EngineJob(new int[Workload.SYSTEM_TOKENS], List.of(), Generation.greedy(8));

  /** Preparation of text-only jobs, which takes no time. */
  static final JobPreparation PREPARATION = new NoPreparation();

  private RunnerBench() {}

  /**
   * Measures one pass after a short warm-up.
   *
   * @param parent folder in which the database's folder is created
   * @param jobs number of text-only questions
   * @param chunk number of answers per commit
   */
  public static BenchReport.Runner run(Path parent, int jobs, int chunk)
      throws InterruptedException {
    if (jobs < PERCENTS.get(0) || chunk < 1) {
      throw new IllegalArgumentException(
          "the runner needs at least 10 jobs and chunks of at least 1, not "
              + jobs
              + " and "
              + chunk);
    }
    Machine machine = Machine.describe(ModelSettings.exact());
    try (BenchDatabase database = BenchDatabase.open(parent)) {
      warmUp(database, chunk);
      BenchRun run = new BenchRun(database.dataSource(), "runner");
      double ingest = Timing.seconds(() -> run.ingest(jobs, RunnerBench::question));
      MemoryProbe probe = new MemoryProbe(jobs);
      double infer =
          Timing.seconds(
              () -> run.answer(new InstantEngine(), new NoPreparation(), chunk, 2 * chunk, probe));
      RunStatus status = run.status();
      RunnerResult result =
          new RunnerResult(
              jobs,
              chunk,
              status.answered(),
              status.failed(),
              ingest,
              jobs / ingest,
              infer,
              jobs / infer,
              probe.readings(),
              RunCosts.measure(database.dataSource(), run.run(), jobs));
      return new BenchReport.Runner(machine, result);
    }
  }

  /** The first thousands of jobs are slow until the JIT compiler has compiled their code. */
  private static void warmUp(BenchDatabase database, int chunk) {
    BenchRun run = new BenchRun(database.dataSource(), "warm-up");
    run.ingest(WARM_UP_JOBS, RunnerBench::question);
    run.answer(new InstantEngine(), new NoPreparation(), chunk, 2 * chunk, Progress.none());
  }

  static ImagePrompt question(int row) {
    return new ImagePrompt(
        Optional.of(String.valueOf(row)),
        Optional.empty(),
        Optional.empty(),
        "Is there a snowboard in picture " + row + "? Answer the question with a single word.");
  }

  private record NoPreparation() implements JobPreparation {
    @Override
    public JobPreparer preparer(InferSettings settings) {
      return job -> JOB;
    }

    @Override
    public long imageBytes() {
      return 0;
    }

    @Override
    public boolean truncatesPrompts() {
      return false;
    }
  }

  /** Samples the memory when a tenth, half and all of the jobs are done. */
  private static final class MemoryProbe implements Progress {
    private final int jobs;
    private final List<RunnerResult.Reading> readings = new ArrayList<>();
    private long done;

    MemoryProbe(int jobs) {
      this.jobs = jobs;
    }

    @Override
    public void advanced(Step step) {
      done += step.done();
      if (readings.size() < PERCENTS.size()
          && 100 * done >= (long) PERCENTS.get(readings.size()) * jobs) {
        ManagementFactory.getMemoryMXBean().gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        int percent = PERCENTS.get(readings.size());
        readings.add(new RunnerResult.Reading(percent, done, heap, ProcessMemory.residentBytes()));
      }
    }

    List<RunnerResult.Reading> readings() {
      return readings;
    }
  }
}
