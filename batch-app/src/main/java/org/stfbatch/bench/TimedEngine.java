package org.stfbatch.bench;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.base.Threads;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.engine.Outcome;

/**
 * Engine that simulates a device with a fixed time per job, one job at a time. Answers are those of
 * {@link InstantEngine}. A late timer does not delay later jobs.
 */
final class TimedEngine implements Engine {
  private final InstantEngine answers = new InstantEngine();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Threads.daemons("timed-device"));
  private final long nanosOfAJob;
  private long busyUntil = System.nanoTime();

  TimedEngine(Duration ofAJob) {
    this.nanosOfAJob = ofAJob.toNanos();
  }

  @Override
  public synchronized CompletableFuture<Outcome> submit(EngineJob job) {
    long now = System.nanoTime();
    busyUntil = Math.max(now, busyUntil) + nanosOfAJob;
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    Outcome answer = answers.submit(job).join();
    timer.schedule(() -> outcome.complete(answer), busyUntil - now, TimeUnit.NANOSECONDS);
    return outcome;
  }

  @Override
  public EngineStatistics statistics() {
    return answers.statistics();
  }

  @Override
  public ModelIdentity model() {
    return answers.model();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
