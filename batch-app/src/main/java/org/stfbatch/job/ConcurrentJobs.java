package org.stfbatch.job;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.stfbatch.base.Threads;

/**
 * Runs jobs concurrently, each on its own thread. When one ends or fails, all others are stopped.
 */
public final class ConcurrentJobs {
  private final StopSignal stop;
  private final List<Consumer<StopSignal>> jobs = new ArrayList<>();

  /**
   * @param stop stops all jobs
   */
  public ConcurrentJobs(StopSignal stop) {
    this.stop = stop.forPart();
  }

  /** Adds a job. It must return when the signal that it receives is requested. */
  public ConcurrentJobs with(Consumer<StopSignal> job) {
    jobs.add(job);
    return this;
  }

  /**
   * Runs the jobs, and returns when all have ended.
   *
   * @throws RuntimeException the exception of the job that failed first
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
      // Also stop the jobs that run when another thread could not be started.
      stop.request("a concurrent job has ended");
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
      // Also stop the others when the job has ended normally: they would wait forever. Request the
      // stop only after the failure is recorded, so that exceptions caused by the stop come second.
      stop.request("a concurrent job has ended");
    }
  }
}
