package org.stfbatch.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Store of the workers that share runs. */
public final class WorkerStore {
  /** Condition on a row named worker: its heartbeat has not timed out and it holds its lock. */
  static final String IS_ALIVE =
      "worker.heartbeat_at > clock_timestamp() - %s and %s"
          .formatted(
              LeasedLock.HEARTBEAT_TIMEOUT,
              LeasedLock.isLocked(WorkerLock.KEY_SPACE + " + worker.worker_id"));

  private static final String ALIVE =
      """
      select
        name, owner, acquired_at, heartbeat_at, device, settings is not null as is_loaded,
        (select count(*) from work_unit
          where work_unit.run_id = worker.run_id and work_unit.worker_id = worker.worker_id) as units,
        jobs, seconds
      from worker
      cross join lateral (
        select
          coalesce(sum(jobs), 0) as jobs,
          coalesce(extract(epoch from max(finished_at) - min(started_at)), 0) as seconds
        from chunk_metric
        where chunk_metric.run_id = worker.run_id and chunk_metric.worker = worker.name
          and started_at >= worker.acquired_at
      ) done
      where run_id = :run and %s
      order by worker_id
      """
          .formatted(IS_ALIVE);

  /** Deletes dead workers whose work units other workers have taken over. */
  static final String REMOVE_DEAD =
      """
      delete from worker
      where run_id = :run and not (%s)
        and not exists (select from work_unit where work_unit.worker_id = worker.worker_id)
      """
          .formatted(IS_ALIVE);

  private final JdbcClient jdbc;

  public WorkerStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /**
   * Allocates the id of a worker. Other workers do not see it until it holds its {@link
   * WorkerLock}.
   */
  public Worker create(long runId, String name) {
    long id =
        jdbc.sql("select nextval(pg_get_serial_sequence('worker', 'worker_id'))")
            .query(Long.class)
            .single();
    return new Worker(id, runId, StoredText.readable(name));
  }

  /** Returns the live workers of a run. */
  public List<LiveWorker> alive(long runId) {
    return jdbc.sql(ALIVE).param("run", runId).query((row, n) -> liveWorker(row)).list();
  }

  private static LiveWorker liveWorker(ResultSet row) throws SQLException {
    return new LiveWorker(
        row.getString("name"),
        LeasedLock.lease(row),
        Rows.text(row, "device"),
        WorkerState.of(row.getBoolean("is_loaded"), row.getLong("units")),
        row.getLong("units"),
        row.getLong("jobs"),
        row.getDouble("seconds"));
  }

  /**
   * A live worker of a run.
   *
   * @param name shown to users
   * @param lease owner and heartbeat of its process
   * @param device name of its device; empty until its model is loaded
   * @param state current activity
   * @param units work units that are assigned to it and not done
   * @param jobs number of outcomes that it has stored since it joined
   * @param seconds from the start of its first chunk to the end of its last one
   */
  public record LiveWorker(
      String name,
      Lease lease,
      Optional<String> device,
      WorkerState state,
      long units,
      long jobs,
      double seconds) {
    /** Returns outcomes per second; 0 if unknown. */
    public double questionsPerSecond() {
      return seconds > 0 ? jobs / seconds : 0;
    }
  }
}
