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
 * A value that a thread of its own reads anew when somebody looks at it and it is old. Who looks
 * gets the last one at once, even while reading takes long or fails; and the longer it takes, the
 * more rarely it is done, for it must not slow down the work that is looked at. Thread safe.
 */
final class Refreshed<T> implements AutoCloseable {
  /** Of the time, reading takes so small a part at most. */
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
   * @param rest how old a value may be at least
   */
  Refreshed(Supplier<T> source, Duration rest, LongSupplier nanoTime) {
    this.source = source;
    this.restNanos = rest.toNanos();
    this.nanoTime = nanoTime;
  }

  /** The last value that was read; empty before the first. Never waits. */
  synchronized Optional<T> latest() {
    refresh();
    return last;
  }

  /**
   * The last value that was read; waits for the first.
   *
   * @throws RuntimeException of the source's if there was none yet and reading it failed
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
