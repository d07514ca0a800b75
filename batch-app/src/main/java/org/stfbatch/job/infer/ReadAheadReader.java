package org.stfbatch.job.infer;

import java.util.function.Function;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamException;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.JobPosition;
import org.stfbatch.job.StopSignal;

/**
 * Hands out jobs that are already in the engine, in source order. Only the position of jobs handed
 * out is ever saved, so a crash simply reads the others again.
 */
final class ReadAheadReader implements ItemStreamReader<InFlightJob>, StepExecutionListener {
  private static final String IMAGE_KEY = "infer.position.image_key";
  private static final String JOB_ID = "infer.position.job_id";

  private final Function<JobPosition, ReadAhead> start;
  private final StopSignal stop;
  private StepExecution stepExecution;
  private ReadAhead readAhead;
  private JobPosition position = JobPosition.START;

  /**
   * @param start begins reading ahead after a position
   */
  ReadAheadReader(Function<JobPosition, ReadAhead> start, StopSignal stop) {
    this.start = start;
    this.stop = stop;
  }

  @Override
  public void beforeStep(StepExecution execution) {
    stepExecution = execution;
  }

  @Override
  public void open(ExecutionContext context) {
    if (context.containsKey(JOB_ID)) {
      position = new JobPosition(context.getString(IMAGE_KEY), context.getLong(JOB_ID));
    }
    readAhead = start.apply(position);
  }

  /**
   * Null at the end, and when a stop was asked for: what was read until then is still answered and
   * committed.
   */
  @Override
  public InFlightJob read() throws InterruptedException {
    if (stop.isRequested()) {
      stepExecution.setTerminateOnly();
      return null;
    }
    InFlightJob next = readAhead.next().orElse(null);
    if (next != null) {
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
