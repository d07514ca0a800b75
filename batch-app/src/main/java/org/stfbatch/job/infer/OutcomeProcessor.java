package org.stfbatch.job.infer;

import java.util.concurrent.CompletionException;
import org.springframework.batch.infrastructure.item.ItemProcessor;
import org.stfbatch.engine.EngineException;
import org.stfbatch.engine.Outcome;

/** Waits for a job's outcome. */
final class OutcomeProcessor implements ItemProcessor<InFlightJob, FinishedJob> {
  private static final double NANOS = 1e9;

  @Override
  public FinishedJob process(InFlightJob inFlight) {
    long started = System.nanoTime();
    return new FinishedJob(inFlight.job(), await(inFlight), (System.nanoTime() - started) / NANOS);
  }

  private static Outcome await(InFlightJob inFlight) {
    try {
      return inFlight.outcome().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof EngineException broken) {
        throw broken;
      }
      throw e;
    }
  }
}
