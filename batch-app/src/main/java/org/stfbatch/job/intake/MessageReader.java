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
 * Hands out batches of messages, each for a transaction of its own. Where to go on is kept with the
 * jobs, not in the step's context. It must be registered as a listener of the step, too.
 */
final class MessageReader implements ItemStreamReader<MessageBatch>, StepExecutionListener {
  private final Supplier<MessageFeed> start;
  private final StopSignal stop;
  private StepExecution stepExecution;
  private MessageFeed feed;
  private Map<Integer, Long> handedOut = Map.of();

  /**
   * @param start begins reading where the last commit was
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

  /** Whoever asks for the next batch has committed the one before. */
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
