package org.stfbatch.hub;

import java.io.IOException;
import java.time.Duration;
import org.stfbatch.base.ExponentialBackoff;

/**
 * Retries requests after transient errors, with exponential backoff. An attempt that received bytes
 * resets the count: a download may be interrupted any number of times as long as it makes progress.
 */
final class Retry {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** One attempt. */
  interface Attempt {
    /**
     * @throws BrokenOffException if the failure is transient
     */
    void run() throws BrokenOffException, IOException, InterruptedException;

    /** Returns the bytes received so far, over all attempts. */
    long arrived();
  }

  private final int attempts;
  private final ExponentialBackoff backoff;
  private final FetchListener listener;

  Retry(HubSettings settings, FetchListener listener) {
    this.attempts = settings.attempts();
    this.backoff = ExponentialBackoff.withJitter(settings.firstPause(), LONGEST_PAUSE);
    this.listener = listener;
  }

  /**
   * @throws HubException if several attempts in a row received nothing
   */
  void run(String what, Attempt attempt) throws IOException, InterruptedException {
    int fruitless = 0;
    while (true) {
      long before = attempt.arrived();
      try {
        attempt.run();
        return;
      } catch (BrokenOffException e) {
        fruitless = attempt.arrived() > before ? 0 : fruitless + 1;
        if (fruitless == attempts) {
          throw HubException.temporary(
              "%s: %s, %d times in a row: check the network and try again; what has arrived is kept"
                  .formatted(what, e.getMessage(), fruitless),
              e);
        }
        listener.brokenOff(what, e.getMessage());
        Thread.sleep(backoff.pause(fruitless + 1, e.notBefore()).toMillis());
      }
    }
  }
}
