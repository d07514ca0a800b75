package org.stfbatch.db;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Lock for publishing the outcomes of a shared run to a topic. */
public final class PublisherLock extends LeasedLock {
  private static final long KEY_SPACE = Target.keySpace("STFP");

  private static final String CREATE =
      """
      insert into kafka_publisher (run_id, topic) values (:run, :topic)
      on conflict (run_id, topic) do nothing
      """;

  private static final String FIND =
      "select publisher_id from kafka_publisher where run_id = :run and topic = :topic";

  private PublisherLock(SingleConnectionDataSource connection, Target target) {
    super(connection, target);
  }

  /**
   * Acquires the lock if it is free; never waits.
   *
   * @param owner description of this process for other users, one line
   * @return empty if another process, or another caller in this one, holds it
   * @throws DatabaseException if no connection can be made
   */
  public static Optional<PublisherLock> tryAcquire(
      Database database, Run run, String topic, String owner) {
    Target target = target(database, run, topic);
    PublisherLock lock = new PublisherLock(connect(database, "stf-batch publisher lock"), target);
    return lock.tryTake(owner) ? Optional.of(lock) : Optional.empty();
  }

  /** Returns the current holder of the lock. */
  public static Optional<Lease> holder(Database database, Run run, String topic) {
    return holder(database, target(database, run, topic));
  }

  /** Terminates the connection of a holder whose heartbeat has timed out. */
  public static void endSilent(Database database, Run run, String topic) {
    endSilent(database, target(database, run, topic));
  }

  private static Target target(Database database, Run run, String topic) {
    JdbcClient jdbc = JdbcClient.create(database.dataSource());
    long id = find(jdbc, run, topic).orElseGet(() -> create(jdbc, run, topic));
    return new Target(
        KEY_SPACE,
        "publisher_lease",
        "publisher_id",
        id,
        "publishing run %s to topic %s".formatted(run.name(), topic));
  }

  private static Optional<Long> find(JdbcClient jdbc, Run run, String topic) {
    return jdbc.sql(FIND)
        .param("run", run.runId())
        .param("topic", topic)
        .query(Long.class)
        .optional();
  }

  private static long create(JdbcClient jdbc, Run run, String topic) {
    jdbc.sql(CREATE).param("run", run.runId()).param("topic", topic).update();
    return find(jdbc, run, topic).orElseThrow();
  }
}
