package org.stfbatch.db;

import java.util.Optional;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The right to read a topic in the name of a group. */
public final class ReaderLock extends LeasedLock {

  private static final long KEY_SPACE = Target.keySpace("STFR");

  private ReaderLock(SingleConnectionDataSource connection, Target target) {
    super(connection, target);
  }

  /**
   * Takes the lock of a reader if nobody has it; never waits for it.
   *
   * @param owner how to describe this process to others, one line
   * @return empty if another process, or another caller in this one, has it
   * @throws DatabaseException if no connection can be made
   */
  public static Optional<ReaderLock> tryAcquire(
      Database database, KafkaReader reader, String owner) {
    ReaderLock lock = new ReaderLock(connect(database, "stf-batch reader lock"), target(reader));
    return lock.tryTake(owner) ? Optional.of(lock) : Optional.empty();
  }

  /** Who has the lock of a reader now, to tell a user who cannot get it. */
  public static Optional<Lease> holder(Database database, KafkaReader reader) {
    return holder(database, target(reader));
  }

  /** Ends the connection of a holder that was not heard from for too long. */
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
