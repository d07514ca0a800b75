package org.stfbatch.job;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.stfbatch.base.Threads;

/** Runs jobs side by side, until they are stopped or one of them fails, which stops the others. */
public final class ConcurrentJobs {
  private final StopSignal stop;
  private final List<Consumer<StopSignal>> jobs = new ArrayList<>();

  /**
   * @param stop stops all of them
   */
  public ConcurrentJobs(StopSignal stop) {
    this.stop = stop.forPart();
  }

  /** Adds a job, which is given the signal at which it must return. */
  public ConcurrentJobs with(Consumer<StopSignal> job) {
    jobs.add(job);
    return this;
  }

  /**
   * Returns when all have ended.
   *
   * @throws RuntimeException what the first that failed has thrown
   */
  public void run() {
    ExecutorService threads =
        Executors.newFixedThreadPool(jobs.size(), Threads.daemons("concurrent-job"));
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    try {
      CompletableFuture.allOf(
              jobs.stream()
                  .map(job -> CompletableFuture.runAsync(() -> run(job, failure), threads))
                  .toArray(CompletableFuture[]::new))
          .join();
    } finally {
      // Also when not every thread could be started: those that run must not be left alone.
      stop.request("what ran beside has ended");
      threads.shutdown();
    }
    Throwable first = failure.getNow(null);
    if (first instanceof Error error) {
      throw error;
    } else if (first != null) {
      throw (RuntimeException) first;
    }
  }

  private void run(Consumer<StopSignal> job, CompletableFuture<Throwable> failure) {
    try {
      job.accept(stop);
    } catch (RuntimeException | Error e) {
      failure.complete(e);
    } finally {
      // Also when it has ended by itself: the others would wait for ever. And only now, so that
      // what they throw because they are stopped comes second.
      stop.request("what ran beside has ended");
    }
  }
}
