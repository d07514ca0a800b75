package org.stfbatch.db;

import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The workers of runs. */
public final class WorkerStore {
  /** A worker that was heard from longer ago is taken for dead, though its connection stands. */
  private static final String LONGEST_SILENCE = "interval '45 seconds'";

  /** Of a row named worker. */
  static final String IS_ALIVE =
      "worker.heartbeat_at > clock_timestamp() - %s and %s"
          .formatted(
              LONGEST_SILENCE, LeasedLock.isLocked(WorkerLock.KEY_SPACE + " + worker.worker_id"));

  private static final String ALIVE =
      "select name, owner, acquired_at, heartbeat_at from worker where run_id = :run and %s order by worker_id"
          .formatted(IS_ALIVE);

  private static final String OTHER_SETTINGS =
      """
      select name, settings
      from worker
      where run_id = :run and worker_id <> :id and settings <> :settings and %s
      order by worker_id
      limit 1
      """
          .formatted(IS_ALIVE);

  private final JdbcClient jdbc;

  public WorkerStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /** One that is to join a run; it is unknown to others until it has its {@link WorkerLock}. */
  public Worker create(long runId, String name) {
    long id =
        jdbc.sql("select nextval(pg_get_serial_sequence('worker', 'worker_id'))")
            .query(Long.class)
            .single();
    return new Worker(id, runId, StoredText.readable(name));
  }

  /** Those that share a run now. */
  public List<LiveWorker> alive(long runId) {
    return jdbc.sql(ALIVE)
        .param("run", runId)
        .query((row, n) -> new LiveWorker(row.getString("name"), LeasedLock.lease(row)))
        .list();
  }

  /**
   * Says what this worker's answers depend on.
   *
   * @param settings one line
   * @return a worker of the same run whose answers depend on something else, if there is one
   */
  public Optional<OtherSettings> agree(Worker worker, String settings) {
    jdbc.sql("update worker set settings = :settings where worker_id = :id")
        .param("settings", settings)
        .param("id", worker.workerId())
        .update();
    return jdbc.sql(OTHER_SETTINGS)
        .param("run", worker.runId())
        .param("id", worker.workerId())
        .param("settings", settings)
        .query((row, n) -> new OtherSettings(row.getString("name"), row.getString("settings")))
        .optional();
  }

  /**
   * A worker that cannot work with another one.
   *
   * @param name what people call it
   * @param settings what its answers depend on
   */
  public record OtherSettings(String name, String settings) {}

  /**
   * A worker of a run.
   *
   * @param name what people call it
   * @param lease its process
   */
  public record LiveWorker(String name, Lease lease) {}
}
