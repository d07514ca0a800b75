package org.stfbatch.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.stfbatch.db.Database;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.LockLostException;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.Worker;
import org.stfbatch.db.WorkerLock;
import org.stfbatch.db.WorkerStore;
import org.stfbatch.engine.Engine;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Heartbeat;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;
import org.stfbatch.job.infer.InferSettings;
import org.stfbatch.job.infer.JobPreparation;
import org.stfbatch.job.infer.ModelName;
import org.stfbatch.job.infer.ServedModel;

/** A run for a measurement: its rows, and the job that answers them. */
final class BenchRun {
  private static final int ROWS_TOGETHER = 5000;
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);
  private static final long WINDOW_BYTES = 256L << 20;

  private final DataSource database;
  private final Run run;

  BenchRun(DataSource database, String name) {
    this.database = database;
    this.run = new RunStore(database).findOrCreate(name);
  }

  /** Source of the rows' prompts. */
  @FunctionalInterface
  interface Rows {
    ImagePrompt prompt(int row);
  }

  /** Stores rows; their custom ids are their numbers. */
  void ingest(int count, Rows rows) {
    ImageJobStore store = new ImageJobStore(database);
    for (int start = 0; start < count; start += ROWS_TOGETHER) {
      List<NewImageJob> jobs = new ArrayList<>();
      for (int row = start; row < Math.min(count, start + ROWS_TOGETHER); row++) {
        jobs.add(
            NewImageJob.toAnswer(
                String.valueOf(row), OptionalLong.empty(), rows.prompt(row), JobSettings.DEFAULTS));
      }
      store.insert(run.runId(), jobs);
    }
  }

  /** Answers all rows. */
  void answer(Engine engine, JobPreparation preparation, int chunk, int window, Progress progress) {
    job(engine, preparation, chunk, window, progress).run();
  }

  /**
   * Answers a part of the rows as one of several workers.
   *
   * @param worker name of this worker
   */
  void share(Database open, String worker, Engine engine, JobPreparation preparation, int chunk) {
    Worker self = new WorkerStore(database).create(run.runId(), worker);
    try (WorkerLock lock = WorkerLock.tryAcquire(open, self, worker).orElseThrow();
        Heartbeat heartbeat = Heartbeat.start(lock, BenchRun::lost, HEARTBEAT)) {
      job(engine, preparation, chunk, 2 * chunk, Progress.none()).share(self);
    }
  }

  /** A lost lock makes the measurement invalid: the parent process fails on the exit code. */
  private static void lost(LockLostException e) {
    System.err.println(e.getMessage());
    Runtime.getRuntime().halt(1);
  }

  private InferJob job(
      Engine engine, JobPreparation preparation, int chunk, int window, Progress progress) {
    InferSettings settings =
        new InferSettings(
            chunk,
            new InferSettings.Window(window, WINDOW_BYTES),
            OptionalLong.empty(),
            "vicuna_v1",
            new InferSettings.Defaults(1, 0, 1, 0, List.of()));
    return new InferJob(
        new BatchRuntime(database),
        run,
        settings,
        new ServedModel(engine, preparation, new ModelName("bench", engine.model())),
        progress,
        new StopSignal());
  }

  Run run() {
    return run;
  }

  /** Returns the status counts of the rows. */
  RunStatus status() {
    return new RunStatusStore(database).status(run);
  }
}
