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
import org.stfbatch.engine.Stage;

/**
 * Finds the job that kills the process, after the previous process was killed. The first jobs,
 * which include that job, are counted in the database before work on them begins. A job during
 * which a process died is from then on processed alone, and fails when this has happened several
 * times. Before a process was killed, nothing is counted. Used by the read-ahead thread.
 */
final class JobAttempts {
  private static final Logger LOG = LoggerFactory.getLogger(JobAttempts.class);

  /**
   * The first death counts with other jobs in progress, the others with this job alone. Users and
   * machines kill processes, too: a harmless job must not be the only job in progress that many
   * times in a row.
   */
  private static final Killer PROCESS = new Killer(4, "JOB_KILLED_PROCESS");

  /** Lower than for a process, because other workers continue. */
  private static final Killer WORKER = new Killer(3, "WORKER_DIED");

  private final JobAttemptStore store;
  private final long runId;
  private final Killer killer;
  private final List<CompletableFuture<JobResult>> inProgress = new ArrayList<>();
  private final Set<Long> begun = ConcurrentHashMap.newKeySet();
  private long left;
  private boolean isLogged;

  /**
   * Limit and failure code of a job that kills.
   *
   * @param deaths the deaths after which the job fails
   * @param code of its failure
   */
  private record Killer(int deaths, String code) {}

  private JobAttempts(JobAttemptStore store, long runId, long jobs, Killer killer) {
    this.store = store;
    this.runId = runId;
    this.left = jobs;
    this.killer = killer;
  }

  /** Returns an instance that counts nothing. */
  static JobAttempts uncounted() {
    return new JobAttempts(null, 0, 0, PROCESS);
  }

  /**
   * Returns an instance that counts the first jobs.
   *
   * @param jobs the number of jobs that may have been in progress when the process died
   */
  static JobAttempts counted(JobAttemptStore store, long runId, long jobs) {
    return new JobAttempts(store, runId, jobs, PROCESS);
  }

  /** Returns an instance of a worker, which counts nothing until {@link #count} is called. */
  static JobAttempts ofWorker(JobAttemptStore store, long runId) {
    return new JobAttempts(store, runId, 0, WORKER);
  }

  /** Sets whether the following jobs are counted. */
  void count(boolean counted) {
    left = counted ? Long.MAX_VALUE : 0;
    inProgress.removeIf(CompletableFuture::isDone);
  }

  /**
   * Starts work on a job, or fails it.
   *
   * @param work starts the work and returns at once
   * @param executor runs the database update at the end of the job
   * @return completes with the result, after its attempt is no longer counted as begun
   */
  CompletableFuture<JobResult> start(
      StoredJob job, Supplier<CompletableFuture<JobResult>> work, Executor executor)
      throws InterruptedException {
    if (left == 0) {
      return work.get();
    }
    left--;
    int deaths = store.begin(runId, job.jobId());
    if (deaths >= killer.deaths()) {
      store.end(job.jobId());
      return CompletableFuture.completedFuture(JobResult.of(failure(deaths)));
    }
    begun.add(job.jobId());
    if (deaths > 0) {
      logOnce();
      awaitJobsInProgress();
    }
    CompletableFuture<JobResult> result =
        work.get().whenCompleteAsync((end, error) -> end(job.jobId()), executor);
    inProgress.add(result);
    if (deaths > 0) {
      awaitJobsInProgress();
    }
    return result;
  }

  private void logOnce() {
    if (!isLogged) {
      LOG.info(
          "a process died while it answered this run: the jobs that were in progress then are answered one at a time, to find the job that kills the process");
      isLogged = true;
    }
  }

  private void end(long jobId) {
    store.end(jobId);
    begun.remove(jobId);
  }

  /**
   * Ends all attempts at a regular end of the process or its work: no job in progress is suspected.
   */
  void endAll() {
    begun.forEach(this::end);
  }

  private void awaitJobsInProgress() throws InterruptedException {
    CompletableFuture<?>[] all = inProgress.toArray(CompletableFuture[]::new);
    try {
      // Failures are reported where each job is handed out.
      CompletableFuture.allOf(all).handle((end, error) -> end).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for jobs in work failed", e.getCause());
    }
    inProgress.clear();
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
