package org.stfbatch.job;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.stfbatch.db.Database;
import org.stfbatch.db.DatabaseOutage;

/**
 * Waits for a database that went away while work was going on. Says once that it waits, and once
 * that work goes on. One thread waits; any may call {@link #lost}.
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
   * @param limit how long an absence may last; zero does not wait at all
   * @param revive starts the server if that is ours to do; may fail as the database does
   * @param notices gets lines for people
   */
  public DatabaseWait(
      Database database, Duration limit, Runnable revive, Consumer<String> notices) {
    this.database = database;
    this.limit = limit;
    this.revive = revive;
    this.notices = notices;
  }

  /** The database does not answer, or did not for a moment. */
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
   * Returns when the database answers again and {@code ready} says yes.
   *
   * @param because the error that told of the absence, thrown again if it lasts too long
   * @param ready what else must be the case; asked again and again, may fail as the database does
   * @param stop ends the waiting
   * @throws JobFailedException if it lasts too long or is stopped
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
    notices.accept("the database answers again after %s: going on".formatted(text(sinceLost())));
  }

  private static String text(Duration time) {
    long seconds = time.toSeconds();
    return seconds >= 120 && seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
  }
}
