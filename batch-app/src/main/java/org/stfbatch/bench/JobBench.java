package org.stfbatch.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.stfbatch.bench.BenchModel.RunningEngine;
import org.stfbatch.bench.EngineDriver.Submission;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.engine.Engine;
import org.stfbatch.job.Progress;
import org.stfbatch.job.infer.InferSettings;
import org.stfbatch.job.infer.JobPreparation;
import org.stfbatch.job.infer.JobPreparer;

/** Benchmark of the overhead of PostgreSQL and the runner over the engine alone. */
public final class JobBench {
  private static final int CHUNKS_AHEAD = 2;

  private JobBench() {}

  /**
   * Measures one engine directly and through a run, in turns.
   *
   * @param parent folder in which the database's folder is created
   * @param chunk number of answers per commit
   */
  public static BenchReport.Job run(Path parent, EnginePlan plan, int chunk) {
    Machine machine = Machine.describe(plan.settings());
    Peak peak = Peak.measure(plan.model(), plan.settings(), plan.repeat());
    try (BenchDatabase database = BenchDatabase.open(parent);
        RunningEngine running = plan.start()) {
      return measure(machine, peak, plan, chunk, database, running.engine());
    }
  }

  private static BenchReport.Job measure(
      Machine machine,
      Peak peak,
      EnginePlan plan,
      int chunk,
      BenchDatabase database,
      Engine engine) {
    EngineDriver driver = new EngineDriver(engine);
    List<Pass> bare = new ArrayList<>();
    List<Double> seconds = new ArrayList<>();
    List<Double> ingests = new ArrayList<>();
    long seed = 1;
    List<Workload.Item> warmUp = plan.warmUp().items(plan.model().config(), seed);
    driver.run(warmUp, Submission.IN_FLIGHT, 0);
    answer(new BenchRun(database.dataSource(), "warm-up"), engine, warmUp, plan, chunk, ingests);
    ingests.clear();
    for (int i = 0; i < plan.repeat(); i++) {
      seed++;
      bare.add(
          driver.run(plan.workload().items(plan.model().config(), seed), Submission.IN_FLIGHT, 0));
      seed++;
      BenchRun run = new BenchRun(database.dataSource(), "pass-" + i);
      List<Workload.Item> items = plan.workload().items(plan.model().config(), seed);
      seconds.add(answer(run, engine, items, plan, chunk, ingests));
    }
    return new BenchReport.Job(
        machine,
        peak,
        EngineResult.of(plan, Submission.IN_FLIGHT, bare, peak),
        JobResult.of(plan.workload().questions(), chunk, bare, seconds, ingests));
  }

  /** Stores the questions and answers them; returns the seconds of the answering. */
  private static double answer(
      BenchRun run,
      Engine engine,
      List<Workload.Item> items,
      EnginePlan plan,
      int chunk,
      List<Double> ingests) {
    ingests.add(
        Timing.seconds(() -> run.ingest(items.size(), row -> prompt(items.get(row).image(), row))));
    int window = CHUNKS_AHEAD * Math.max(chunk, plan.batch());
    JobPreparation preparation = new SyntheticPreparation(items);
    double seconds =
        Timing.seconds(() -> run.answer(engine, preparation, chunk, window, Progress.none()));
    if (run.status().answered() != items.size()) {
      throw new IllegalStateException("not every question of the measurement was answered");
    }
    return seconds;
  }

  private static ImagePrompt prompt(int image, int row) {
    return ImagePrompt.about(Text.format("%08d.png", image), "question " + row);
  }

  /** Prepares rows from the synthetic workload. */
  private record SyntheticPreparation(List<Workload.Item> items) implements JobPreparation {
    @Override
    public JobPreparer preparer(InferSettings settings) {
      return job -> items.get(Integer.parseInt(job.customId())).job();
    }

    @Override
    public long imageBytes() {
      return items.get(0).job().images().get(0).chw().length;
    }

    @Override
    public boolean truncatesPrompts() {
      return false;
    }
  }
}
