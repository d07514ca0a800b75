package org.stfbatch.prompt;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A tokenizer in native memory that several threads use. Using it after it was freed would crash
 * the process; here such a use throws instead.
 *
 * @param <T> the library's handle
 */
final class NativeTokenizer<T> implements AutoCloseable {
  private final T handle;
  private final Consumer<T> free;
  private final ReadWriteLock use = new ReentrantReadWriteLock();
  private boolean closed;

  /**
   * @param free frees the handle
   */
  NativeTokenizer(T handle, Consumer<T> free) {
    this.handle = handle;
    this.free = free;
  }

  /**
   * Calls the library; several threads may do so at the same time.
   *
   * @throws IllegalStateException after {@link #close}
   */
  <R> R call(Function<T, R> call) {
    use.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the tokenizer is closed");
      }
      return call.apply(handle);
    } finally {
      use.readLock().unlock();
    }
  }

  /** Frees the handle once, after the calls that have begun. */
  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        free.accept(handle);
      }
    } finally {
      use.writeLock().unlock();
    }
  }
}
