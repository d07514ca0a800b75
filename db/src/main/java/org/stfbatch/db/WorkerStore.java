package org.stfbatch.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The workers of runs. */
public final class WorkerStore {
  /** Of a row named worker. */
  static final String IS_ALIVE =
      "worker.heartbeat_at > clock_timestamp() - %s and %s"
          .formatted(
              LeasedLock.LONGEST_SILENCE,
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

  /** Those that have died and whose units others have taken. */
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
   * A worker of a run.
   *
   * @param name what people call it
   * @param lease its process
   * @param device where it computes; empty until its model is loaded
   * @param state what it does
   * @param units pieces of the run that it has taken and not done
   * @param jobs outcomes that it has stored since it joined
   * @param seconds from its first chunk to its last
   */
  public record LiveWorker(
      String name,
      Lease lease,
      Optional<String> device,
      WorkerState state,
      long units,
      long jobs,
      double seconds) {
    /** Outcomes a second; 0 if unknown. */
    public double questionsPerSecond() {
      return seconds > 0 ? jobs / seconds : 0;
    }
  }
}
