package org.stfbatch.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.stfbatch.db.Database;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.engine.Engine;
import org.stfbatch.job.Progress;

/**
 * A worker process. It prepares, reports that it is ready, waits for a line on its standard input,
 * and answers its part of a run.
 */
public final class WorkerProcess implements AutoCloseable {
  private static final String PASSWORD = "STF_BATCH_DB_PASSWORD";
  private static final String READY = "ready";
  private static final int MOST_WARM_UP_JOBS = 10_000;

  private final Process process;
  private final BufferedReader said;

  private WorkerProcess(Process process) {
    this.process = process;
    this.said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static WorkerProcess start(
      DatabaseSettings database, String run, int number, WorkersBench.Plan plan) {
    ProcessBuilder command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            WorkerProcess.class.getName(),
            database.url(),
            database.user(),
            run,
            "worker-" + number,
            String.valueOf(plan.chunk()),
            String.valueOf(plan.device().toNanos()),
            String.valueOf(Math.min(MOST_WARM_UP_JOBS, plan.jobsOfAWorker())));
    // Not an argument: the process list shows arguments to other users.
    command.environment().put(PASSWORD, database.password());
    command.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      return new WorkerProcess(command.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitReady() throws IOException {
    if (!READY.equals(said.readLine())) {
      throw new IllegalStateException("a worker's process ended before it was ready");
    }
  }

  void begin() {
    try {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitEnd() throws InterruptedException {
    int code = process.waitFor();
    if (code != 0) {
      throw new IllegalStateException("a worker's process ended with exit code " + code);
    }
  }

  /** Terminates the process if it is still running. */
  @Override
  public void close() {
    process.destroyForcibly();
  }

  /**
   * Entry point of the worker process.
   *
   * @param arguments the database's URL and user, the run, the worker's name, the number of answers
   *     per chunk, the device time per job in nanoseconds, and the number of warm-up jobs
   */
  public static void main(String[] arguments) throws IOException {
    DatabaseSettings settings =
        new DatabaseSettings(arguments[0], arguments[1], System.getenv(PASSWORD));
    int chunk = Integer.parseInt(arguments[4]);
    Duration device = Duration.ofNanos(Long.parseLong(arguments[5]));
    try (Database database = Database.open(settings)) {
      BenchRun warmUp = new BenchRun(database.dataSource(), "warm-up of " + arguments[3]);
      warmUp.ingest(Integer.parseInt(arguments[6]), RunnerBench::question);
      warmUp.answer(
          new InstantEngine(), RunnerBench.PREPARATION, chunk, 2 * chunk, Progress.none());
      System.out.println(READY);
      if (System.in.read() < 0) {
        return;
      }
      try (Engine engine = device.isZero() ? new InstantEngine() : new TimedEngine(device)) {
        new BenchRun(database.dataSource(), arguments[2])
            .share(database, arguments[3], engine, RunnerBench.PREPARATION, chunk);
      }
    }
  }
}
