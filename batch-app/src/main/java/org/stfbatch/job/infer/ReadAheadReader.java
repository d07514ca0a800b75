package org.stfbatch.job.infer;

import java.util.function.Function;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamException;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.JobPosition;

/**
 * Item reader of jobs that are already in the engine. Saves only the furthest position of the jobs
 * handed out: after a crash, the jobs after it are read again, and waiting jobs before it are found
 * by the next pass.
 */
final class ReadAheadReader implements ItemStreamReader<InFlightJob> {
  private static final String IMAGE_KEY = "infer.position.image_key";
  private static final String JOB_ID = "infer.position.job_id";

  private final Function<JobPosition, ReadAhead> start;
  private final StepTimes times;
  private ReadAhead readAhead;
  private JobPosition position = JobPosition.START;

  /**
   * @param start starts a read-ahead after a position
   * @param times records how long the step waits here
   */
  ReadAheadReader(Function<JobPosition, ReadAhead> start, StepTimes times) {
    this.start = start;
    this.times = times;
  }

  @Override
  public void open(ExecutionContext context) {
    if (context.containsKey(JOB_ID)) {
      position = new JobPosition(context.getString(IMAGE_KEY), context.getLong(JOB_ID));
    }
    readAhead = start.apply(position);
  }

  @Override
  public InFlightJob read() throws InterruptedException {
    long began = times.readBegins();
    InFlightJob next = readAhead.next().orElse(null);
    times.readEnds(began);
    if (next != null && next.job().position().isAfter(position)) {
      position = next.job().position();
    }
    return next;
  }

  @Override
  public void update(ExecutionContext context) {
    context.putString(IMAGE_KEY, position.imageKey());
    context.putLong(JOB_ID, position.jobId());
  }

  @Override
  public void close() throws ItemStreamException {
    if (readAhead != null) {
      readAhead.close();
    }
  }
}
