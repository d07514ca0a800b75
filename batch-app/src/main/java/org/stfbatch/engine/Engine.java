package org.stfbatch.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stfbatch.base.ModelIdentity;

/** Answers prepared jobs. Thread-safe. */
public interface Engine extends AutoCloseable {
  /**
   * Queues a job. The future completes normally with the job's outcome, an {@link Answer} or a
   * {@link Failure}. It completes exceptionally, with {@link EngineException}, only if the engine
   * itself is broken or closed: the job then has no outcome and must be submitted again.
   *
   * @throws EngineException if no job can be answered, for example with another model's tokenizer
   */
  CompletableFuture<Outcome> submit(EngineJob job);

  /** Returns the totals since the start. */
  EngineStatistics statistics();

  /**
   * Returns the devices that have work and have not finished a call for at least {@code limit}.
   * Such a call cannot be cancelled: the process must be restarted.
   */
  default List<StalledDevice> stalled(Duration limit) {
    return List.of();
  }

  /** Returns the identity of the model; stored with every answer. */
  ModelIdentity model();

  /**
   * Abandons jobs in flight and frees the device. Returns when the device call in progress has
   * ended, or after one minute if it has not.
   */
  @Override
  void close();
}
