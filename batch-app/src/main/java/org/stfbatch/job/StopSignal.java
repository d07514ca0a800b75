package org.stfbatch.job;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A wish to end the running job at its next commit, with the reason. Thread safe; once requested it
 * stays requested.
 *
 * <p>The step's thread is never interrupted instead: Spring Batch would call an interrupted step
 * completed.
 */
public final class StopSignal {
  private final AtomicReference<String> reason = new AtomicReference<>();

  /** Asks the job to stop; the first reason given is kept. */
  public void request(String why) {
    reason.compareAndSet(null, why);
  }

  public boolean isRequested() {
    return reason.get() != null;
  }

  public Optional<String> reason() {
    return Optional.ofNullable(reason.get());
  }
}
