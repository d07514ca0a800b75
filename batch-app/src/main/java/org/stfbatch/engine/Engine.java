package org.stfbatch.engine;

import java.util.concurrent.CompletableFuture;

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

  /** Identifies weights and configuration; stored with every answer. */
  String modelFingerprint();

  /** Abandons what is in flight and frees the device. */
  @Override
  void close();
}
