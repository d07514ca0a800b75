package org.stfbatch.job;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Factory of {@link Claim}s. Thread safe.
 *
 * @param absence waits for the database during an outage
 */
public record Claims(DatabaseWait absence) {
  private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
  private static final long RETRY_MILLIS = 1000;

  /**
   * Takes locks.
   *
   * @param wanted the locks that the work needs; may be empty
   * @param stop ends the work
   * @throws JobFailedException if another process holds one of them; the message names that process
   */
  public Claim take(List<Lockable> wanted, StopSignal stop) {
    Claim claim = new Claim(wanted, stop, absence);
    if (!claim.takeAll()) {
      throw new JobFailedException(claim.busy(), null);
    }
    return claim;
  }

  /**
   * Takes locks if all of them are free. Opens no connection for a lock while another process holds
   * one of them.
   *
   * @return empty if another process holds one of them
   */
  public Optional<Claim> tryTake(List<Lockable> wanted, StopSignal stop) {
    if (wanted.stream().anyMatch(lockable -> lockable.holder().isPresent())) {
      return Optional.empty();
    }
    Claim claim = new Claim(wanted, stop, absence);
    return claim.takeAll() ? Optional.of(claim) : Optional.empty();
  }

  /**
   * Waits until all locks are free, or their holder sends no heartbeats any more.
   *
   * @return empty if a stop was requested first
   */
  public Optional<Claim> await(List<Lockable> wanted, StopSignal stop) {
    CountDownLatch stopped = new CountDownLatch(1);
    boolean isLogged = false;
    try (StopSignal.Watch watch = stop.whenRequested(stopped::countDown)) {
      do {
        Optional<Claim> claim = tryTake(wanted, stop);
        if (claim.isPresent()) {
          return claim;
        }
        if (!isLogged) {
          LOG.info(
              "{}: this process takes over when it ends", new Claim(wanted, stop, absence).busy());
          isLogged = true;
        }
        wanted.forEach(Lockable::endSilent);
      } while (!stopped.await(RETRY_MILLIS, TimeUnit.MILLISECONDS));
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JobFailedException("interrupted while waiting for others", e);
    }
  }
}
