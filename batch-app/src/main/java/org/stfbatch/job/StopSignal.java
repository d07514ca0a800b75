package org.stfbatch.job;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Request to end the running job at its next commit, with the reason. Thread safe. Once requested
 * it stays requested.
 *
 * <p>The thread of a step is never interrupted instead: Spring Batch would mark an interrupted step
 * as completed.
 */
public final class StopSignal {
  private final Optional<StopSignal> parent;
  private final AtomicReference<String> reason = new AtomicReference<>();
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();

  /** Registration of an action, until closed. */
  public interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /** Creates a signal without a parent. */
  public StopSignal() {
    this(Optional.empty());
  }

  private StopSignal(Optional<StopSignal> parent) {
    this.parent = parent;
  }

  /**
   * Creates a child signal for a part of the work: it is requested with this one, but not the other
   * way round.
   */
  public StopSignal forPart() {
    return new StopSignal(Optional.of(this));
  }

  /** Requests the stop. Only the first reason is kept. */
  public void request(String why) {
    if (reason.compareAndSet(null, why)) {
      watchers.forEach(Runnable::run);
    }
  }

  /**
   * Runs an action when a stop is requested, or at once if it already was: for work that blocks and
   * cannot poll. The action may run twice, on any thread.
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
