package org.stfbatch.job.publish;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.OutcomeFeedStore;
import org.stfbatch.db.OutcomeRow;
import org.stfbatch.job.StopSignal;

/**
 * Item reader of pages of outcomes after the publisher's position. It must also be registered as a
 * listener of the step.
 */
final class OutcomeReader implements ItemStreamReader<List<OutcomeRow>>, StepExecutionListener {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final OutcomeFeedStore feed;
  private final long runId;
  private final PublishSettings settings;
  private final OutcomePublisher publisher;
  private final StopSignal stop;
  private StepExecution stepExecution;
  private long position;

  OutcomeReader(
      OutcomeFeedStore feed,
      long runId,
      PublishSettings settings,
      OutcomePublisher publisher,
      StopSignal stop) {
    this.feed = feed;
    this.runId = runId;
    this.settings = settings;
    this.publisher = publisher;
    this.stop = stop;
  }

  @Override
  public void beforeStep(StepExecution execution) {
    stepExecution = execution;
  }

  /** Reads the publisher's position from the broker, not from the step's context. */
  @Override
  public void open(ExecutionContext context) {
    position = publisher.open();
  }

  @Override
  public List<OutcomeRow> read() {
    while (!stop.isRequested()) {
      List<OutcomeRow> page = feed.after(runId, position, settings.page());
      if (!page.isEmpty()) {
        position = page.get(page.size() - 1).sequence();
        return page;
      }
      if (!settings.follow()) {
        return null;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    stepExecution.setTerminateOnly();
    return null;
  }

  @Override
  public void close() {
    publisher.close();
  }
}
