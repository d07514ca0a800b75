package org.stfbatch.job.train;

import java.io.IOException;
import java.time.Duration;
import org.springframework.batch.core.scope.context.ChunkContext;
import org.springframework.batch.core.step.StepContribution;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.stfbatch.job.StopSignal;

/**
 * Tasklet that does pieces of work in a loop and lets Spring Batch commit about once a second,
 * because a piece may be much shorter than a transaction.
 */
final class TimedTasklet implements Tasklet {
  private static final long COMMIT_NANOS = Duration.ofSeconds(1).toNanos();

  private final Work work;
  private final StopSignal stop;

  TimedTasklet(Work work, StopSignal stop) {
    this.work = work;
    this.stop = stop;
  }

  /** Work that keeps its own restart points. */
  interface Work {
    /**
     * @return whether there is more
     */
    boolean next() throws IOException;

    /** Saves a restart point. */
    void save() throws IOException;
  }

  @Override
  public RepeatStatus execute(StepContribution contribution, ChunkContext context)
      throws IOException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < COMMIT_NANOS) {
      if (stop.isRequested()) {
        work.save();
        contribution.getStepExecution().setTerminateOnly();
        return RepeatStatus.CONTINUABLE;
      }
      contribution.incrementReadCount();
      boolean more = work.next();
      contribution.incrementWriteCount(1);
      if (!more) {
        return RepeatStatus.FINISHED;
      }
    }
    return RepeatStatus.CONTINUABLE;
  }
}
