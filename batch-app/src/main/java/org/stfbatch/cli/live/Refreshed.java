package org.stfbatch.cli.live;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.stfbatch.base.Threads;

/**
 * Cached value that a background thread refreshes on demand when it is old. Readers get the last
 * value at once, even while a refresh is slow or fails. Slow refreshes happen less often, so that
 * they do not slow down the observed work. Thread safe.
 */
final class Refreshed<T> implements AutoCloseable {
  /** Refreshing takes at most this fraction of the time. */
  private static final int PART = 20;

  private final Supplier<T> source;
  private final long restNanos;
  private final LongSupplier nanoTime;
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(Threads.daemons("refresh"));
  private CompletableFuture<T> reading;
  private long nextNanos;
  private Optional<T> last = Optional.empty();

  Refreshed(Supplier<T> source, Duration rest) {
    this(source, rest, System::nanoTime);
  }

  /**
   * @param rest minimum age of a value before it is refreshed
   */
  Refreshed(Supplier<T> source, Duration rest, LongSupplier nanoTime) {
    this.source = source;
    this.restNanos = rest.toNanos();
    this.nanoTime = nanoTime;
  }

  /** Returns the last value; empty before the first. Never blocks. */
  synchronized Optional<T> latest() {
    refresh();
    return last;
  }

  /**
   * Returns the last value; waits for the first.
   *
   * @throws RuntimeException from the source, if there is no value yet and reading it failed
   */
  T get() {
    CompletableFuture<T> first;
    synchronized (this) {
      refresh();
      if (last.isPresent()) {
        return last.get();
      }
      first = reading;
    }
    try {
      return first.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private void refresh() {
    boolean isReading = reading != null && !reading.isDone();
    if (!isReading && (reading == null || nanoTime.getAsLong() - nextNanos >= 0)) {
      reading = CompletableFuture.supplyAsync(this::read, reader);
    }
  }

  private T read() {
    long began = nanoTime.getAsLong();
    try {
      T value = source.get();
      synchronized (this) {
        last = Optional.of(value);
      }
      return value;
    } finally {
      rest(began);
    }
  }

  private synchronized void rest(long began) {
    long now = nanoTime.getAsLong();
    nextNanos = now + Math.max(restNanos, PART * (now - began));
  }

  @Override
  public void close() {
    reader.shutdownNow();
  }
}
