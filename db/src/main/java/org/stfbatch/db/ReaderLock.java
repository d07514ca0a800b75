package org.stfbatch.db;

import java.util.Optional;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Lock for reading a topic for a group. */
public final class ReaderLock extends LeasedLock {

  private static final long KEY_SPACE = Target.keySpace("STFR");

  private ReaderLock(SingleConnectionDataSource connection, Target target) {
    super(connection, target);
  }

  /**
   * Acquires the lock of a reader if it is free; never waits.
   *
   * @param owner description of this process for other users, one line
   * @return empty if another process, or another caller in this one, holds it
   * @throws DatabaseException if no connection can be made
   */
  public static Optional<ReaderLock> tryAcquire(
      Database database, KafkaReader reader, String owner) {
    ReaderLock lock = new ReaderLock(connect(database, "stf-batch reader lock"), target(reader));
    return lock.tryTake(owner) ? Optional.of(lock) : Optional.empty();
  }

  /** Returns the current holder of a reader's lock, for messages. */
  public static Optional<Lease> holder(Database database, KafkaReader reader) {
    return holder(database, target(reader));
  }

  /** Terminates the connection of a holder whose heartbeat has timed out. */
  public static void endSilent(Database database, KafkaReader reader) {
    endSilent(database, target(reader));
  }

  private static Target target(KafkaReader reader) {
    return new Target(
        KEY_SPACE,
        "reader_lease",
        "reader_id",
        reader.readerId(),
        "topic " + reader.topic() + " for group " + reader.group());
  }
}
