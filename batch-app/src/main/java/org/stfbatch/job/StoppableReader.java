package org.stfbatch.job;

import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;

/**
 * Item reader that ends its step when a stop is requested; items read until then are still
 * processed and committed. It must also be registered as a listener of the step.
 */
public final class StoppableReader<T> implements ItemStreamReader<T>, StepExecutionListener {
  private final ItemStreamReader<T> reader;
  private final StopSignal stop;
  private StepExecution stepExecution;

  public StoppableReader(ItemStreamReader<T> reader, StopSignal stop) {
    this.reader = reader;
    this.stop = stop;
  }

  @Override
  public void beforeStep(StepExecution execution) {
    stepExecution = execution;
  }

  @Override
  public T read() throws Exception {
    if (stop.isRequested()) {
      stepExecution.setTerminateOnly();
      return null;
    }
    return reader.read();
  }

  @Override
  public void open(ExecutionContext context) {
    reader.open(context);
  }

  @Override
  public void update(ExecutionContext context) {
    reader.update(context);
  }

  @Override
  public void close() {
    reader.close();
  }
}
