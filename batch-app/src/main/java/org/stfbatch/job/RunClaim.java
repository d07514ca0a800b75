package org.stfbatch.job;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.stfbatch.db.Database;
import org.stfbatch.db.Lease;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunLock;

/** The right to answer a run: its lock, with a heartbeat, until closed. */
public final class RunClaim implements AutoCloseable {
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  private final RunLock lock;
  private final Heartbeat heartbeat;

  private RunClaim(RunLock lock, StopSignal stop) {
    this.lock = lock;
    this.heartbeat = Heartbeat.start(lock, stop, HEARTBEAT);
  }

  /**
   * Takes a run that nobody has.
   *
   * @param stop is requested if the lock is lost later
   * @throws JobFailedException naming the process that has the run
   */
  public static RunClaim take(Database database, Run run, StopSignal stop) {
    return RunLock.tryAcquire(database, run.runId(), owner())
        .map(lock -> new RunClaim(lock, stop))
        .orElseThrow(() -> new JobFailedException(busy(database, run), null));
  }

  private static String busy(Database database, Run run) {
    String holder =
        RunLock.holder(database, run.runId()).map(RunClaim::described).orElse("another process");
    return "run " + run.name() + " is being answered by " + holder + ": wait for it, or stop it";
  }

  private static String described(Lease lease) {
    return "%s since %s (heard from at %s)"
        .formatted(lease.owner(), lease.acquiredAt(), lease.heartbeatAt());
  }

  private static String owner() {
    return "process " + ProcessHandle.current().pid() + " on " + host();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unnamed host";
    }
  }

  @Override
  public void close() {
    heartbeat.close();
    lock.close();
  }
}
