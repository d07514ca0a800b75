package org.stfbatch.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Repeats what a bad network or a busy server broke off. What brought something on counts as a new
 * beginning: a download may be cut any number of times, as long as it gets on.
 */
final class Retry {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** One try. */
  interface Attempt {
    /**
     * @throws BrokenOffException if the same again may help
     */
    void run() throws BrokenOffException, IOException, InterruptedException;

    /** Bytes that have arrived so far, over all tries. */
    long arrived();
  }

  private final int attempts;
  private final Duration firstPause;
  private final FetchListener listener;

  Retry(HubSettings settings, FetchListener listener) {
    this.attempts = settings.attempts();
    this.firstPause = settings.firstPause();
    this.listener = listener;
  }

  /**
   * @throws HubException if nothing came of several tries in a row
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
        Thread.sleep(pause(fruitless, e).toMillis());
      }
    }
  }

  /** With a random part, so that several connections do not come back in the same instant. */
  private Duration pause(int fruitless, BrokenOffException broken) {
    long doubled = firstPause.toMillis() << Math.min(fruitless, 16);
    long most = Math.min(doubled, LONGEST_PAUSE.toMillis());
    long least = Math.min(broken.notBefore().toMillis(), LONGEST_PAUSE.toMillis());
    return Duration.ofMillis(
        Math.max(least, (long) (most * (0.5 + ThreadLocalRandom.current().nextDouble() / 2))));
  }
}
