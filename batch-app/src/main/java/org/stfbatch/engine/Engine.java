package org.stfbatch.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stfbatch.base.ModelIdentity;

/** Answers prepared jobs. Thread safe. */
public interface Engine extends AutoCloseable {
  /**
   * Queues a job. The future completes normally with what becomes of the job, an {@link Answer} or
   * a {@link Failure}. It completes exceptionally, with {@link EngineException}, only if the engine
   * itself is broken or closed: then nothing is known of the job and it must be asked again.
   *
   * @throws EngineException if no job can be answered, as with another model's tokenizer
   */
  CompletableFuture<Outcome> submit(EngineJob job);

  /** What it has done so far. */
  EngineStatistics statistics();

  /**
   * The devices that have work and have not finished a call for so long. Nothing is known to end
   * such a call: the process has to be started again.
   */
  default List<StalledDevice> stalled(Duration limit) {
    return List.of();
  }

  /** What answers; stored with every answer. */
  ModelIdentity model();

  /**
   * Abandons what is in flight and frees the device. Returns when the device's call in progress has
   * ended, or after a minute in which it has not.
   */
  @Override
  void close();
}
