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
  private final Optional<StopSignal> parent;
  private final AtomicReference<String> reason = new AtomicReference<>();

  /** A signal of its own. */
  public StopSignal() {
    this(Optional.empty());
  }

  private StopSignal(Optional<StopSignal> parent) {
    this.parent = parent;
  }

  /** A signal for a part of the work: requested with this one, but not the other way round. */
  public StopSignal forPart() {
    return new StopSignal(Optional.of(this));
  }

  /** Asks the job to stop; the first reason given is kept. */
  public void request(String why) {
    reason.compareAndSet(null, why);
  }

  public boolean isRequested() {
    return reason().isPresent();
  }

  public Optional<String> reason() {
    return Optional.ofNullable(reason.get()).or(() -> parent.flatMap(StopSignal::reason));
  }
}
