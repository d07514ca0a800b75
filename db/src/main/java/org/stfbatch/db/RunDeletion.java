package org.stfbatch.db;

import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Deletes runs with all of their data. */
public final class RunDeletion {
  /** In the order of the foreign keys: referencing tables before referenced ones. */
  private static final List<String> TABLES =
      List.of(
          "job_attempt",
          "waiting_job",
          "answer",
          "failure",
          "past_failure",
          "chunk_metric",
          "evaluation",
          "outcome_counter",
          "run_count",
          "run_lease",
          "work_unit",
          "work_frontier",
          "worker",
          "kafka_publisher",
          "image_job",
          "job_source",
          "run");

  private static final List<String> UNLINK =
      List.of(
          "update kafka_reader set run_id = null where run_id = :run",
          "update run_trigger set run_id = null where run_id = :run");

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  public RunDeletion(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
    this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
  }

  /**
   * Deletes a run in one transaction. The caller holds the run's lock. Read positions of topics are
   * kept, so that no message is read again.
   */
  public void delete(long runId) {
    transaction.executeWithoutResult(
        status -> {
          UNLINK.forEach(statement -> execute(statement, runId));
          TABLES.forEach(
              table -> execute("delete from %s where run_id = :run".formatted(table), runId));
        });
  }

  /**
   * Frees the space of deleted rows now, without waiting for autovacuum. Free pages at the end of a
   * table's file are returned to the file system. Does not block readers and writers.
   */
  public void vacuum() {
    TABLES.forEach(table -> jdbc.sql("vacuum " + table).update());
  }

  private void execute(String statement, long runId) {
    jdbc.sql(statement).param("run", runId).update();
  }
}
