package org.stfbatch.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.stfbatch.db.DatabaseOutage;
import org.stfbatch.db.Lease;
import org.stfbatch.db.LeasedLock;
import org.stfbatch.db.LockLostException;

/**
 * The locks that some work needs, held with heartbeats until closed. Work that runs in {@link
 * #work} survives an outage of the database.
 */
public final class Claim implements AutoCloseable {
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  private final List<Lockable> wanted;
  private final StopSignal stop;
  private final DatabaseWait database;
  private final List<Held> held = new ArrayList<>();
  private StopSignal attempt;
  private LockLostException loss;

  private record Held(LeasedLock lock, Heartbeat heartbeat) {
    void release() {
      heartbeat.close();
      lock.close();
    }
  }

  /**
   * Creates a claim that holds no lock yet.
   *
   * @param wanted the locks that the work needs; may be empty
   * @param stop ends the work
   */
  Claim(List<Lockable> wanted, StopSignal stop, DatabaseWait database) {
    this.wanted = List.copyOf(wanted);
    this.stop = stop;
    this.database = database;
    this.attempt = stop.forPart();
  }

  /**
   * Runs work once. The work is stopped if a lock is lost meanwhile.
   *
   * @param work receives a stop signal that is also requested when a lock is lost
   * @throws LockLostException if a lock was lost
   */
  public <T> T once(Function<StopSignal, T> work) {
    StopSignal part = begin();
    T result;
    try {
      result = work.apply(part);
    } catch (RuntimeException e) {
      confirm(e);
      throw e;
    }
    LockLostException lost = loss();
    if (lost != null && !stop.isRequested()) {
      throw lost;
    }
    return result;
  }

  /**
   * Verifies that all locks are still held.
   *
   * @throws LockLostException if one is not; another process may do the work by now
   */
  public void confirm() {
    held.forEach(one -> one.lock().beat());
  }

  /**
   * Replaces a failure by the loss of a lock if one was lost: a process that was suspended can fail
   * with any error, because another process does its work.
   */
  private void confirm(RuntimeException failure) {
    try {
      confirm();
    } catch (LockLostException e) {
      e.addSuppressed(failure);
      throw e;
    }
  }

  /**
   * Runs work, and repeats it after each outage of the database: waits for the database, takes the
   * locks again and runs the work again. The work must continue from its last commit.
   *
   * @param work receives a stop signal that is also requested when a lock is lost
   * @throws JobFailedException if the database is away for too long, or another process has taken a
   *     lock
   */
  public <T> T work(Function<StopSignal, T> work) {
    while (true) {
      StopSignal part = begin();
      RuntimeException outage;
      try {
        T result = work.apply(part);
        if (stop.isRequested() || !part.isRequested()) {
          return result;
        }
        outage = loss();
      } catch (RuntimeException e) {
        if (!DatabaseOutage.isBehind(e)) {
          throw e;
        }
        outage = e;
      }
      database.untilBack(outage, this::takeAgain, stop);
    }
  }

  private synchronized StopSignal begin() {
    attempt = stop.forPart();
    if (loss != null) {
      attempt.request("a lock was lost");
    }
    return attempt;
  }

  private synchronized LockLostException loss() {
    return loss;
  }

  private void lost(LockLostException e) {
    database.lost();
    synchronized (this) {
      loss = e;
      attempt.request("a lock was lost");
    }
  }

  /**
   * Takes all locks again. Returns false while the previous connection of this process still holds
   * a lock; the server releases it when it detects that the connection has ended.
   */
  private boolean takeAgain() {
    release();
    synchronized (this) {
      loss = null;
    }
    if (takeAll()) {
      return true;
    }
    if (blocker().filter(lease -> lease.owner().equals(Lockable.thisProcess())).isPresent()) {
      return false;
    }
    throw new JobFailedException(busy(), null);
  }

  /**
   * Takes all locks, or none if one of them is held by another process. Returns whether it took
   * them.
   */
  boolean takeAll() {
    try {
      for (Lockable lockable : wanted) {
        Optional<LeasedLock> lock = lockable.tryLock(Lockable.thisProcess());
        if (lock.isEmpty()) {
          release();
          return false;
        }
        held.add(new Held(lock.get(), Heartbeat.start(lock.get(), this::lost, HEARTBEAT)));
      }
      return true;
    } catch (RuntimeException e) {
      release();
      throw e;
    }
  }

  private Optional<Lease> blocker() {
    return wanted.stream().flatMap(lockable -> lockable.holder().stream()).findFirst();
  }

  /** Returns the message for a user who cannot get the locks. */
  String busy() {
    for (Lockable lockable : wanted) {
      Optional<Lease> holder = lockable.holder();
      if (holder.isPresent()) {
        return lockable.busy(described(holder.get()));
      }
    }
    return wanted.get(wanted.size() - 1).busy("another process");
  }

  private static String described(Lease lease) {
    return "%s since %s (heard from at %s)"
        .formatted(lease.owner(), lease.acquiredAt(), lease.heartbeatAt());
  }

  private void release() {
    held.forEach(Held::release);
    held.clear();
  }

  @Override
  public void close() {
    release();
  }
}
