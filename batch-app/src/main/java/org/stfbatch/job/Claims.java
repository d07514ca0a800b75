package org.stfbatch.job;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes {@link Claim}s of a database. Thread safe.
 *
 * @param absence waits for the database when it goes away
 */
public record Claims(DatabaseWait absence) {
  private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
  private static final long ASK_AGAIN_MILLIS = 1000;

  /**
   * Takes what nobody has.
   *
   * @param wanted what the work needs; may be empty
   * @param stop ends the work
   * @throws JobFailedException naming the process that has one of them
   */
  public Claim take(List<Lockable> wanted, StopSignal stop) {
    Claim claim = new Claim(wanted, stop, absence);
    if (!claim.takeAll()) {
      throw new JobFailedException(claim.busy(), null);
    }
    return claim;
  }

  /**
   * Takes what nobody has. Cheap while somebody has a part: no connection is made for a lock.
   *
   * @return empty if somebody has a part of it
   */
  public Optional<Claim> tryTake(List<Lockable> wanted, StopSignal stop) {
    if (wanted.stream().anyMatch(lockable -> lockable.holder().isPresent())) {
      return Optional.empty();
    }
    Claim claim = new Claim(wanted, stop, absence);
    return claim.takeAll() ? Optional.of(claim) : Optional.empty();
  }

  /**
   * Waits until nobody has what is wanted, or who has it stands still.
   *
   * @return empty if a stop was asked for first
   */
  public Optional<Claim> await(List<Lockable> wanted, StopSignal stop) {
    CountDownLatch stopped = new CountDownLatch(1);
    boolean isSaid = false;
    try (StopSignal.Watch watch = stop.whenRequested(stopped::countDown)) {
      do {
        Optional<Claim> claim = tryTake(wanted, stop);
        if (claim.isPresent()) {
          return claim;
        }
        if (!isSaid) {
          LOG.info(
              "{}: this process takes over when it ends", new Claim(wanted, stop, absence).busy());
          isSaid = true;
        }
        wanted.forEach(Lockable::endSilent);
      } while (!stopped.await(ASK_AGAIN_MILLIS, TimeUnit.MILLISECONDS));
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JobFailedException("interrupted while waiting for others", e);
    }
  }
}
