package org.stfbatch.job.intake;

import java.util.Map;
import java.util.function.Supplier;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.job.StopSignal;

/**
 * Item reader of batches of messages, one for each transaction. The offsets are stored with the
 * jobs, not in the step's context. It must also be registered as a listener of the step.
 */
final class MessageReader implements ItemStreamReader<MessageBatch>, StepExecutionListener {
  private final Supplier<MessageFeed> start;
  private final StopSignal stop;
  private StepExecution stepExecution;
  private MessageFeed feed;
  private Map<Integer, Long> handedOut = Map.of();

  /**
   * @param start starts reading after the last commit
   */
  MessageReader(Supplier<MessageFeed> start, StopSignal stop) {
    this.start = start;
    this.stop = stop;
  }

  @Override
  public void beforeStep(StepExecution execution) {
    stepExecution = execution;
  }

  @Override
  public void open(ExecutionContext context) {
    feed = start.get();
  }

  /** Returns the next batch; the previous one has been committed by then. */
  @Override
  public MessageBatch read() throws InterruptedException {
    feed.committed(handedOut);
    while (!feed.isOver()) {
      if (stop.isRequested()) {
        stepExecution.setTerminateOnly();
        return null;
      }
      MessageBatch batch = feed.poll().orElse(null);
      if (batch != null) {
        handedOut = batch.positions();
        return batch;
      }
    }
    return null;
  }

  @Override
  public ExitStatus afterStep(StepExecution execution) {
    boolean committed = execution.getStatus() == BatchStatus.COMPLETED;
    if (committed && feed != null) {
      feed.committed(handedOut);
    }
    return null;
  }

  @Override
  public void close() {
    if (feed != null) {
      feed.close();
    }
  }
}
