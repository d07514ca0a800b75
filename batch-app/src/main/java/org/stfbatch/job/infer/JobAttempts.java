package org.stfbatch.job.infer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.db.JobAttemptStore;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.Failure;
import org.stfbatch.engine.Outcome;
import org.stfbatch.engine.Stage;

/**
 * Finds the job that kills the process, after the process before was killed. The first jobs, among
 * which it must be, are counted in the database before work on them begins. One that a process died
 * with in work is worked on alone from then on, and fails when that has killed the process several
 * times. While no process was killed, nothing is counted. Used by the reading thread.
 */
final class JobAttempts {
  private static final Logger LOG = LoggerFactory.getLogger(JobAttempts.class);

  /**
   * Once among others, then alone. People and machines kill processes, too: an innocent job must
   * not be in work alone so many times in a row.
   */
  private static final Killer PROCESS = new Killer(4, "JOB_KILLED_PROCESS");

  /** Others go on meanwhile. */
  private static final Killer WORKER = new Killer(3, "WORKER_DIED");

  private final JobAttemptStore store;
  private final long runId;
  private final Killer killer;
  private final List<CompletableFuture<Outcome>> inWork = new ArrayList<>();
  private final Set<Long> begun = ConcurrentHashMap.newKeySet();
  private long left;
  private boolean isSaid;

  /**
   * What a job that kills is called.
   *
   * @param deaths that it may cause
   * @param code of its failure
   */
  private record Killer(int deaths, String code) {}

  private JobAttempts(JobAttemptStore store, long runId, long jobs, Killer killer) {
    this.store = store;
    this.runId = runId;
    this.left = jobs;
    this.killer = killer;
  }

  /** Counts nothing. */
  static JobAttempts uncounted() {
    return new JobAttempts(null, 0, 0, PROCESS);
  }

  /**
   * Counts the first jobs.
   *
   * @param jobs as many as may have been in work when the process died
   */
  static JobAttempts counted(JobAttemptStore store, long runId, long jobs) {
    return new JobAttempts(store, runId, jobs, PROCESS);
  }

  /** Counts none before it is told to. */
  static JobAttempts ofWorker(JobAttemptStore store, long runId) {
    return new JobAttempts(store, runId, 0, WORKER);
  }

  /** Whether the jobs that come are counted from now on. */
  void count(boolean counted) {
    left = counted ? Long.MAX_VALUE : 0;
    inWork.removeIf(CompletableFuture::isDone);
  }

  /**
   * Begins work on a job, or fails it.
   *
   * @param work begins it and returns at once
   * @param executor runs the database's part of its end
   * @return completes with its outcome, when its attempt is no longer counted as begun
   */
  CompletableFuture<Outcome> start(
      StoredJob job, Supplier<CompletableFuture<Outcome>> work, Executor executor)
      throws InterruptedException {
    if (left == 0) {
      return work.get();
    }
    left--;
    int deaths = store.begin(runId, job.jobId());
    if (deaths >= killer.deaths()) {
      store.end(job.jobId());
      return CompletableFuture.completedFuture(failure(deaths));
    }
    begun.add(job.jobId());
    if (deaths > 0) {
      sayOnce();
      awaitOthers();
    }
    CompletableFuture<Outcome> outcome =
        work.get().whenCompleteAsync((end, error) -> end(job.jobId()), executor);
    inWork.add(outcome);
    if (deaths > 0) {
      awaitOthers();
    }
    return outcome;
  }

  private void sayOnce() {
    if (!isSaid) {
      LOG.info(
          "a process died while it answered this run: the jobs that were in work then are answered one at a time, to find the job that kills the process");
      isSaid = true;
    }
  }

  private void end(long jobId) {
    store.end(jobId);
    begun.remove(jobId);
  }

  /** The process ends, or the work, and no job has killed it: what was in work is not suspected. */
  void endAll() {
    begun.forEach(this::end);
  }

  private void awaitOthers() throws InterruptedException {
    CompletableFuture<?>[] all = inWork.toArray(CompletableFuture[]::new);
    try {
      // How each one ended is told where it is handed out.
      CompletableFuture.allOf(all).handle((end, error) -> end).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for jobs in work failed", e.getCause());
    }
    inWork.clear();
  }

  private Failure failure(int deaths) {
    return new Failure(
        Stage.ENGINE,
        killer.code(),
        "%d processes died while they worked on this job, the last %d on it alone: give the process more memory or look at the image and the prompt, then take it back with retry"
            .formatted(deaths, deaths - 1),
        deaths);
  }
}
