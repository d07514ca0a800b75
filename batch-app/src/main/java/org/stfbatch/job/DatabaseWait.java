package org.stfbatch.job;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.stfbatch.db.Database;
import org.stfbatch.db.DatabaseOutage;

/**
 * Waits for the database during an outage. Reports the beginning and the end of the outage once
 * each. One thread waits; {@link #lost} may be called by any thread.
 */
public final class DatabaseWait {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Database database;
  private final Duration limit;
  private final Runnable revive;
  private final Consumer<String> notices;
  private long awaySince;
  private boolean away;

  /**
   * @param limit the longest outage; with zero, nothing waits
   * @param revive starts the server if this process owns it; may fail like the database
   * @param notices receives one-line messages for the user
   */
  public DatabaseWait(
      Database database, Duration limit, Runnable revive, Consumer<String> notices) {
    this.database = database;
    this.limit = limit;
    this.revive = revive;
    this.notices = notices;
  }

  /** Reports that the database did not answer. */
  public synchronized void lost() {
    if (!away && !limit.isZero()) {
      away = true;
      awaySince = System.nanoTime();
      notices.accept(
          "the database at %s does not answer: waiting for up to %s"
              .formatted(database.settings().safeUrl(), text(limit)));
    }
  }

  /**
   * Waits until the database answers again and {@code ready} returns true.
   *
   * @param because the error that revealed the outage; the cause of the exception if it lasts too
   *     long
   * @param ready a further condition; polled, may fail like the database
   * @param stop ends the wait
   * @throws JobFailedException if the outage lasts longer than the limit, or a stop is requested
   */
  void untilBack(RuntimeException because, BooleanSupplier ready, StopSignal stop) {
    if (limit.isZero()) {
      throw because;
    }
    lost();
    while (!isBack(ready)) {
      if (stop.isRequested()) {
        throw new JobFailedException(
            "stopped (%s) while the database was away: start again to go on"
                .formatted(stop.reason().orElse("")),
            because);
      }
      if (sinceLost().compareTo(limit) > 0) {
        throw new JobFailedException(
            "the database at %s was away for more than %s: start again when it answers"
                .formatted(database.settings().safeUrl(), text(limit)),
            because);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    back();
  }

  private boolean isBack(BooleanSupplier ready) {
    try {
      revive.run();
      database.reconnect();
      return ready.getAsBoolean();
    } catch (RuntimeException e) {
      if (DatabaseOutage.isBehind(e)) {
        return false;
      }
      throw e;
    }
  }

  private synchronized Duration sinceLost() {
    return Duration.ofNanos(System.nanoTime() - awaySince);
  }

  private synchronized void back() {
    away = false;
    notices.accept("the database answers again after %s: continuing".formatted(text(sinceLost())));
  }

  private static String text(Duration time) {
    long seconds = time.toSeconds();
    return seconds >= 120 && seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
  }
}
