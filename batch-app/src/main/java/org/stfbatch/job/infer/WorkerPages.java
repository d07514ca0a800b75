package org.stfbatch.job.infer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.JobPosition;
import org.stfbatch.db.StoredJob;
import org.stfbatch.db.WorkUnit;
import org.stfbatch.db.WorkUnitStore;
import org.stfbatch.db.Worker;

/**
 * Pages of the waiting jobs of one worker of a shared run: first those of the work units that it
 * holds, then unit by unit those that no other worker has. After the end, another call returns the
 * jobs of held units and of new ones. For one thread.
 */
final class WorkerPages implements ReadAhead.Pages {
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final ImageJobStore jobs;
  private final WorkUnitStore units;
  private final Worker worker;
  private final JobAttempts attempts;
  private final long deviceJobs;
  private final Deque<WorkUnit> held;
  private WorkUnit unit;
  private JobPosition position;

  /**
   * @param attempts counts the jobs of units during which a worker has died
   * @param deviceJobs the number of jobs that keep the worker's devices busy
   */
  WorkerPages(
      ImageJobStore jobs,
      WorkUnitStore units,
      Worker worker,
      JobAttempts attempts,
      long deviceJobs) {
    this.jobs = jobs;
    this.units = units;
    this.worker = worker;
    this.attempts = attempts;
    this.deviceJobs = deviceJobs;
    this.held = new ArrayDeque<>(units.held(worker));
  }

  /**
   * Returns the next jobs and ignores the position: units that were taken over may be before it.
   *
   * @return empty if all waiting jobs belong to other workers, or were handed out here
   */
  @Override
  public List<StoredJob> after(JobPosition ignored, int limit) {
    while (unit != null || begin()) {
      if (units.isOwned(unit, worker)) {
        List<StoredJob> page = jobs.waitingIn(worker.runId(), unit, position, limit);
        if (!page.isEmpty()) {
          position = page.get(page.size() - 1).position();
          return page;
        }
      }
      unit = null;
    }
    return List.of();
  }

  private Optional<WorkUnit> take() {
    while (units.hasEnough(worker, deviceJobs)) {
      LockSupport.parkNanos(RETRY_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        return Optional.empty();
      }
    }
    return units.take(worker);
  }

  /** Begins the next unit. Returns false if there is none; then the held units start again. */
  private boolean begin() {
    Optional<WorkUnit> next = Optional.ofNullable(held.poll()).or(this::take);
    if (next.isEmpty()) {
      held.addAll(units.held(worker));
    }
    next.ifPresent(
        taken -> {
          unit = taken;
          position = taken.after();
          attempts.count(taken.deaths() > 0);
        });
    return next.isPresent();
  }
}
