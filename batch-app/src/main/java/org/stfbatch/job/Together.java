package org.stfbatch.job;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Runs jobs side by side, until they are stopped or one of them fails, which stops the others. */
public final class Together {
  private final StopSignal stop;
  private final List<Consumer<StopSignal>> jobs = new ArrayList<>();

  /**
   * @param stop stops all of them
   */
  public Together(StopSignal stop) {
    this.stop = stop.forPart();
  }

  /** Adds a job, which is given the signal at which it must return. */
  public Together with(Consumer<StopSignal> job) {
    jobs.add(job);
    return this;
  }

  /**
   * Returns when all have ended.
   *
   * @throws RuntimeException what the first that failed has thrown
   */
  public void run() {
    ExecutorService threads = Executors.newFixedThreadPool(jobs.size(), Together::thread);
    try {
      CompletableFuture<?>[] ends =
          jobs.stream()
              .map(job -> CompletableFuture.runAsync(() -> run(job), threads))
              .toArray(CompletableFuture[]::new);
      CompletableFuture<RuntimeException> failure = new CompletableFuture<>();
      for (CompletableFuture<?> end : ends) {
        end.whenComplete((nothing, error) -> note(failure, error));
      }
      CompletableFuture.allOf(ends).exceptionally(error -> null).join();
      if (failure.isDone()) {
        throw failure.join();
      }
    } finally {
      threads.shutdown();
    }
  }

  private void run(Consumer<StopSignal> job) {
    try {
      job.accept(stop);
    } finally {
      // Also when it has ended by itself: the others would wait for ever.
      stop.request("what ran beside has ended");
    }
  }

  private static void note(CompletableFuture<RuntimeException> failure, Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof RuntimeException known) {
      failure.complete(known);
    } else if (cause != null) {
      failure.complete(new IllegalStateException(cause));
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "together");
    thread.setDaemon(true);
    return thread;
  }
}
