package org.stfbatch.job.infer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.batch.infrastructure.item.ItemProcessor;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineException;
import org.stfbatch.engine.StalledDevice;
import org.stfbatch.image.PutOffException;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;

/**
 * Item processor that waits for a job's outcome. A postponed job has no outcome and remains waiting
 * in the database. If a stop is requested while a device call hangs, the wait ends: the jobs remain
 * waiting, and another process answers them.
 */
final class OutcomeProcessor implements ItemProcessor<InFlightJob, FinishedJob> {
  private static final double NANOS = 1e9;
  private static final long POLL_MILLIS = 500;

  /** Longer than any call to a device takes. */
  private static final Duration STALLED = Duration.ofMinutes(1);

  private final Engine engine;
  private final StopSignal stop;
  private final Progress progress;

  OutcomeProcessor(Engine engine, StopSignal stop, Progress progress) {
    this.engine = engine;
    this.stop = stop;
    this.progress = progress;
  }

  @Override
  public FinishedJob process(InFlightJob inFlight) {
    long started = System.nanoTime();
    JobResult result = await(inFlight);
    double waited = (System.nanoTime() - started) / NANOS;
    if (result == null) {
      return null;
    }
    progress.finished();
    return new FinishedJob(inFlight.job(), result, waited);
  }

  /**
   * Waits for the outcome. Returns null, which marks a filtered item in Spring Batch, if the job is
   * postponed.
   */
  private JobResult await(InFlightJob inFlight) {
    while (true) {
      try {
        return inFlight.result().get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        endIfStalled();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof PutOffException) {
          return null;
        }
        throw e.getCause() instanceof EngineException broken
            ? broken
            : new IllegalStateException(
                "job " + inFlight.job().customId() + " has no outcome: " + e.getCause(),
                e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EngineException("interrupted while waiting for an answer", e);
      }
    }
  }

  private void endIfStalled() {
    List<StalledDevice> stalled = stop.isRequested() ? engine.stalled(STALLED) : List.of();
    if (!stalled.isEmpty()) {
      throw new EngineException("stopping: " + stalled.get(0).summary(), null);
    }
  }
}
