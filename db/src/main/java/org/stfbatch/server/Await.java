package org.stfbatch.server;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waiting for what a server does on its own. */
public final class Await {

  private static final Duration POLL = Duration.ofMillis(20);

  private Await() {}

  /**
   * Returns when the condition holds.
   *
   * @return false if it does not within the limit
   * @throws ServerException if the thread is interrupted; it stays so
   */
  public static boolean until(Duration limit, BooleanSupplier condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      try {
        Thread.sleep(POLL.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ServerException("interrupted while waiting for an embedded server", e);
      }
    }
    return true;
  }
}
