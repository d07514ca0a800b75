package org.stfbatch.job;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
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
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();

  /** A wish to be told, until closed. */
  public interface Watch extends AutoCloseable {
    @Override
    void close();
  }

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
    if (reason.compareAndSet(null, why)) {
      watchers.forEach(Runnable::run);
    }
  }

  /**
   * Has something done when a stop is requested, or at once if it was: for work that waits and
   * cannot look by itself. It may be done twice, by any thread.
   */
  public Watch whenRequested(Runnable action) {
    watchers.add(action);
    Optional<Watch> above = parent.map(signal -> signal.whenRequested(action));
    if (reason.get() != null) {
      action.run();
    }
    return () -> {
      watchers.remove(action);
      above.ifPresent(Watch::close);
    };
  }

  public boolean isRequested() {
    return reason().isPresent();
  }

  public Optional<String> reason() {
    return Optional.ofNullable(reason.get()).or(() -> parent.flatMap(StopSignal::reason));
  }
}
