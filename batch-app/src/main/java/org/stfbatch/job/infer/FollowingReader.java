package org.stfbatch.job.infer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.job.StopSignal;

/**
 * Item reader that follows a run: hands out waiting and newly added jobs in groups until a stop is
 * requested. A group holds the jobs that are available, so that an answer is not delayed until a
 * chunk is full. It must also be registered as a listener of the step.
 */
final class FollowingReader implements ItemStreamReader<List<InFlightJob>>, StepExecutionListener {
  private static final long POLL_MILLIS = 100;

  private final Supplier<ReadAhead> start;
  private final int chunk;
  private final StopSignal stop;
  private final StepTimes times;
  private StepExecution stepExecution;
  private ReadAhead readAhead;
  private List<InFlightJob> handedOut = List.of();

  /**
   * @param start starts a read-ahead without an end
   * @param chunk the most jobs of a group
   * @param times records how long the step waits here
   */
  FollowingReader(Supplier<ReadAhead> start, int chunk, StopSignal stop, StepTimes times) {
    this.start = start;
    this.chunk = chunk;
    this.stop = stop;
    this.times = times;
  }

  @Override
  public void beforeStep(StepExecution execution) {
    stepExecution = execution;
  }

  @Override
  public void open(ExecutionContext context) {
    readAhead = start.get();
  }

  /** Returns the next group; the previous one has been committed by then. */
  @Override
  public List<InFlightJob> read() throws InterruptedException {
    long began = times.readBegins();
    readAhead.stored(handedOut);
    handedOut = List.of();
    while (!stop.isRequested()) {
      Optional<InFlightJob> first = readAhead.poll(POLL_MILLIS);
      if (first.isPresent()) {
        handedOut = group(first.get());
        times.readEnds(began);
        return handedOut;
      }
    }
    stepExecution.setTerminateOnly();
    return null;
  }

  private List<InFlightJob> group(InFlightJob first) throws InterruptedException {
    List<InFlightJob> group = new ArrayList<>(List.of(first));
    Optional<InFlightJob> next = Optional.of(first);
    while (group.size() < chunk && next.isPresent()) {
      next = readAhead.poll(0);
      next.ifPresent(group::add);
    }
    return group;
  }

  @Override
  public void close() {
    if (readAhead != null) {
      readAhead.close();
    }
  }
}
