package org.stfbatch.cli.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.comparison.JobSource;
import org.stfbatch.comparison.NamedJob;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.image.PutOffException;
import org.stfbatch.job.InputException;
import org.stfbatch.job.infer.JobPreparer;
import org.stfbatch.job.infer.PreparationException;

/**
 * Jobs that are prepared each time they are read. A job that cannot be prepared is reported and
 * left out from then on.
 */
final class PreparedJobs implements JobSource, AutoCloseable {
  private final Map<Long, StoredJob> jobs = new LinkedHashMap<>();
  private final JobPreparer preparer;

  PreparedJobs(List<StoredJob> jobs, JobPreparer preparer) {
    jobs.forEach(job -> this.jobs.put(job.jobId(), job));
    this.preparer = preparer;
  }

  /**
   * @throws InputException if no job is left
   */
  @Override
  public void forEach(Consumer<NamedJob> action) {
    for (StoredJob job : List.copyOf(jobs.values())) {
      prepare(job, action);
    }
    if (jobs.isEmpty()) {
      throw new InputException("no question could be prepared: see the reasons above");
    }
  }

  private void prepare(StoredJob job, Consumer<NamedJob> action) {
    try {
      EngineJob prepared = preparer.prepare(job);
      action.accept(new NamedJob(job.customId(), prepared));
    } catch (PreparationException | PutOffException e) {
      jobs.remove(job.jobId());
      Notices.onStderr("left out: " + job.customId() + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while preparing questions", e);
    }
  }

  /** Cancels downloads. */
  @Override
  public void close() {
    preparer.cancel();
  }
}
