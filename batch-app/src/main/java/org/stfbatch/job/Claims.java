package org.stfbatch.job;

import java.util.List;
import java.util.Optional;

/**
 * Makes {@link Claim}s of a database. Thread safe.
 *
 * @param absence waits for the database when it goes away
 */
public record Claims(DatabaseWait absence) {
  /**
   * Takes what nobody has.
   *
   * @param wanted what the work needs; may be empty
   * @param stop ends the work
   * @throws JobFailedException naming the process that has one of them
   */
  public Claim take(List<Lockable> wanted, StopSignal stop) {
    return Claim.take(wanted, stop, absence);
  }

  /**
   * Takes what nobody has.
   *
   * @return empty if somebody has a part of it
   */
  public Optional<Claim> tryTake(List<Lockable> wanted, StopSignal stop) {
    return Claim.tryTake(wanted, stop, absence);
  }

  /**
   * Waits until nobody has what is wanted, or who has it stands still.
   *
   * @return empty if a stop was asked for first
   */
  public Optional<Claim> await(List<Lockable> wanted, StopSignal stop) {
    return Claim.await(wanted, stop, absence);
  }
}
