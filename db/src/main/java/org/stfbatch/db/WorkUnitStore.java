package org.stfbatch.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Assigns the waiting jobs of a run to workers in work units. Workers pull one unit at a time;
 * units shrink towards the end of the run, and units of dead workers are taken over.
 *
 * <p>Thread safe; every call commits immediately. Calls for one run are serialized by a row lock,
 * for milliseconds.
 */
public final class WorkUnitStore {
  private static final long FEWEST_JOBS = 64;
  private static final long MOST_JOBS = 20_000;

  /**
   * A worker's share of the unassigned jobs is divided into this many units, so that all workers
   * end at about the same time.
   */
  private static final int UNITS_PER_WORKER = 8;

  /** A job id after all jobs of an image. */
  private static final long LAST_JOB = Long.MAX_VALUE;

  private static final String CREATE_FRONTIER =
      """
      insert into work_frontier (run_id, image_key, job_id, unassigned)
      select :run, '', 0, count(*) from waiting_job where run_id = :run
      on conflict (run_id) do nothing
      """;

  private static final String LOCK_FRONTIER =
      "select image_key, job_id, unassigned, job_limit, limit_left, %s from work_frontier where run_id = :run for update"
          .formatted(IdleTransactionTimeout.SET);

  private static final String MOVE_FRONTIER =
      """
      update work_frontier
      set image_key = :key, job_id = :job, unassigned = :unassigned, limit_left = limit_left - :assigned
      where run_id = :run
      """;

  private static final String RESET_FRONTIER =
      """
      update work_frontier
      set image_key = '', job_id = 0,
          unassigned = (select count(*) from waiting_job where run_id = :run)
      where run_id = :run
      """;

  /** Condition on rows of waiting_job and a work unit named unit. */
  private static final String IN_UNIT =
      """
      (waiting_job.run_id, image_key, job_id) > (unit.run_id, after_key, after_job)
        and (waiting_job.run_id, image_key, job_id) <= (unit.run_id, last_key, last_job)
      """;

  private static final String IS_WAITING =
      "exists (select from waiting_job where %s)".formatted(IN_UNIT);

  /** Number of waiting jobs in the worker's units. */
  private static final String ASSIGNED_JOBS =
      """
      (select count(*)
        from work_unit unit join waiting_job on %s
        where unit.run_id = :run and unit.worker_id = :worker)
      """
          .formatted(IN_UNIT);

  private static final String COUNT_UNASSIGNED =
      """
      select count(*)
      from (
        select
        from waiting_job
        where (run_id, image_key, job_id) > (:run, :key, :job) and run_id <= :run
        limit :most
      ) behind
      """;

  /** True only if there are other workers, which can take the remaining jobs. */
  private static final String HAS_ENOUGH =
      """
      select workers > 1 and held > greatest(:least, unassigned / (2 * workers))
      from (
        select
          unassigned,
          (select count(*) from worker where run_id = :run and %s) as workers,
          %s as held
        from work_frontier
        where run_id = :run
      ) now
      """
          .formatted(WorkerStore.IS_ALIVE, ASSIGNED_JOBS);

  private static final String COUNT_WAITING =
      """
      select count(*) from waiting_job
      where (run_id, image_key, job_id) > (:run, :afterKey, :afterJob)
        and (run_id, image_key, job_id) <= (:run, :lastKey, :lastJob)
      """;

  /** Units of dead workers count towards the limit; those beyond it are deleted. */
  private static final String LIMIT =
      """
      with taken as (
        select unit_id, sum(jobs) over (order by unit_id) as total
        from (
          select unit_id, (select count(*) from waiting_job where %s) as jobs
          from work_unit unit
          where run_id = :run
        ) one
      ),
      left_aside as (
        delete from work_unit using taken
        where work_unit.unit_id = taken.unit_id and total > :limit
      )
      update work_frontier
      set image_key = '', job_id = 0, job_limit = :limit,
        limit_left = :limit - coalesce((select max(total) from taken where total <= :limit), 0)
      where run_id = :run
      """
          .formatted(IN_UNIT);

  private static final String NO_LIMIT =
      "update work_frontier set job_limit = null, limit_left = null where run_id = :run";

  private static final String HAS_WAITING_JOBS =
      """
      select exists (select from waiting_job where run_id = :run) and (
        not exists (select from work_frontier where run_id = :run and limit_left = 0)
        or exists (select from work_unit unit where run_id = :run and %s))
      """
          .formatted(IS_WAITING);

  private static final String REMOVE_DONE =
      "delete from work_unit unit where run_id = :run and not %s".formatted(IS_WAITING);

  private static final String TAKE_OVER =
      """
      update work_unit unit
      set worker_id = :worker, deaths = deaths + 1
      where unit_id = (
        select unit_id from work_unit orphan
        where run_id = :run and not exists (
          select from worker where worker.worker_id = orphan.worker_id and %s)
        order by unit_id
        limit 1)
      returning unit_id, after_key, after_job, last_key, last_job, deaths
      """
          .formatted(WorkerStore.IS_ALIVE);

  private static final String FIRST_WAITING =
      """
      select image_key, job_id
      from waiting_job
      where (run_id, image_key, job_id) > (:run, :key, :job) and run_id <= :run
      order by run_id, image_key, job_id
      limit 1
      """;

  private static final String TAKEN_AT =
      """
      select last_key as image_key, last_job as job_id
      from work_unit
      where run_id = :run
        and (:key::text collate "C", :job::bigint) > (after_key, after_job)
        and (:key::text collate "C", :job::bigint) <= (last_key, last_job)
      limit 1
      """;

  private static final String NEXT_TAKEN =
      """
      select after_key as image_key, after_job as job_id
      from work_unit
      where run_id = :run and (after_key, after_job) >= (:key::text collate "C", :job::bigint)
      order by after_key, after_job
      limit 1
      """;

  /** The last of the next :size jobs, or of fewer if no more are waiting. */
  private static final String NTH_WAITING =
      """
      select image_key, job_id
      from (
        select run_id, image_key, job_id
        from waiting_job
        where (run_id, image_key, job_id) > (:run, :key, :job) and run_id <= :run
        order by run_id, image_key, job_id
        limit :size
      ) first
      order by run_id desc, image_key desc, job_id desc
      limit 1
      """;

  private static final String ADD =
      """
      insert into work_unit (run_id, worker_id, after_key, after_job, last_key, last_job)
      values (:run, :worker, :afterKey, :afterJob, :lastKey, :lastJob)
      returning unit_id, after_key, after_job, last_key, last_job, deaths
      """;

  private static final String WORKERS =
      "select count(*) from worker where run_id = :run and %s".formatted(WorkerStore.IS_ALIVE);

  private static final String OTHER_TERMS =
      """
      select name, settings
      from worker
      where run_id = :run and worker_id <> :worker and settings is not null and %s
      order by worker_id
      limit 1
      """
          .formatted(WorkerStore.IS_ALIVE);

  /** True if the worker has joined before and joins again after a database outage. */
  private static final String HAS_JOINED =
      "select settings is not null from worker where worker_id = :worker and run_id = :run";

  private static final String STORE_TERMS =
      "update worker set settings = :settings, device = :device where worker_id = :worker";

  private static final String IS_ASSIGNED =
      "select exists (select from work_unit where unit_id = :unit and worker_id = :worker)";

  private static final String ASSIGNED_UNITS =
      """
      select unit_id, after_key, after_job, last_key, last_job, deaths
      from work_unit
      where run_id = :run and worker_id = :worker
      order by after_key, after_job
      """;

  private static final String DELETE_UNITS =
      "delete from work_unit where run_id = :run and worker_id = :worker";

  private static final String RESTORE_LIMIT =
      """
      update work_frontier set limit_left = limit_left + %s
      where run_id = :run and limit_left is not null
      """
          .formatted(ASSIGNED_JOBS);

  private static final String MOVE_FRONTIER_BACK =
      """
      update work_frontier
      set image_key = :key, job_id = :job
      where run_id = :run and (image_key, job_id) > (:key::text collate "C", :job::bigint)
      """;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  public WorkUnitStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
    this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
  }

  /**
   * Assigns a work unit to a worker: the unit of a dead worker, else the next unassigned jobs.
   *
   * @return empty if all waiting jobs are assigned to live workers
   */
  public Optional<WorkUnit> take(Worker worker) {
    return transaction.execute(status -> takeLocked(worker));
  }

  private Optional<WorkUnit> takeLocked(Worker worker) {
    Frontier frontier = lockFrontier(worker.runId());
    forRun(REMOVE_DONE, worker).update();
    forRun(WorkerStore.REMOVE_DEAD, worker).update();
    Optional<WorkUnit> orphan = forWorker(TAKE_OVER, worker).query(WorkUnitStore::unit).optional();
    if (orphan.isPresent()) {
      return orphan;
    }
    Optional<WorkUnit> next = assignNext(worker, frontier);
    if (next.isPresent() || frontier.position().equals(JobPosition.START)) {
      return next;
    }
    // Jobs that were ingested meanwhile may sort before the frontier.
    forRun(RESET_FRONTIER, worker).update();
    return assignNext(worker, lockFrontier(worker.runId()));
  }

  /**
   * Settings that all workers of a run must have in common.
   *
   * @param settings everything that answers depend on, one line
   * @param limit the most jobs that all workers answer together since the first one joined; empty
   *     for all jobs
   */
  public record Terms(String settings, OptionalLong limit) {}

  /**
   * A worker that has joined with other terms.
   *
   * @param name shown to users
   * @param terms of that worker
   */
  public record OtherTerms(String name, Terms terms) {}

  /**
   * Joins the workers of the run. The terms of the first worker bind the later ones. A worker that
   * joins again continues with the rest of the limit.
   *
   * @param device name of the worker's device
   * @return a worker with other terms, if there is one; the caller has not joined then
   */
  public Optional<OtherTerms> join(Worker worker, String device, Terms terms) {
    return transaction.execute(
        status -> {
          Frontier frontier = lockFrontier(worker.runId());
          Optional<OtherTerms> first =
              forWorker(OTHER_TERMS, worker)
                  .query((row, n) -> otherTerms(row, frontier))
                  .optional();
          if (first.isPresent() && !first.get().terms().equals(terms)) {
            return first;
          }
          if (first.isEmpty() && !hasJoined(worker)) {
            limit(worker, terms.limit());
          }
          forWorker(STORE_TERMS, worker)
              .param("settings", terms.settings())
              .param("device", device)
              .update();
          return Optional.empty();
        });
  }

  private static OtherTerms otherTerms(ResultSet row, Frontier frontier) throws SQLException {
    return new OtherTerms(
        row.getString("name"), new Terms(row.getString("settings"), frontier.limit()));
  }

  private boolean hasJoined(Worker worker) {
    return forWorker(HAS_JOINED, worker).query(Boolean.class).optional().orElse(false);
  }

  private void limit(Worker worker, OptionalLong limit) {
    if (limit.isPresent()) {
      forRun(LIMIT, worker).param("limit", limit.getAsLong()).update();
    } else {
      forRun(NO_LIMIT, worker).update();
    }
  }

  /**
   * Returns whether a worker should leave the next jobs to others, because its waiting jobs are
   * more than half of an equal share of the unassigned ones. All other workers would wait for a
   * slow worker with a long read-ahead at the end of the run.
   *
   * @param least jobs that its device needs to be fully utilized
   */
  public boolean hasEnough(Worker worker, long least) {
    return forWorker(HAS_ENOUGH, worker)
        .param("least", Math.max(FEWEST_JOBS, least))
        .query(Boolean.class)
        .optional()
        .orElse(false);
  }

  /**
   * Returns whether any job waits that the workers may answer within the limit, assigned or not.
   */
  public boolean isLeft(Worker worker) {
    return forRun(HAS_WAITING_JOBS, worker).query(Boolean.class).single();
  }

  /**
   * Returns whether a unit is still assigned to this worker; other workers may have considered it
   * dead and taken the unit over.
   */
  public boolean isOwned(WorkUnit unit, Worker worker) {
    return jdbc.sql(IS_ASSIGNED)
        .param("unit", unit.unitId())
        .param("worker", worker.workerId())
        .query(Boolean.class)
        .single();
  }

  /**
   * Returns the units that are assigned to a worker, in the order in which their jobs are answered.
   */
  public List<WorkUnit> held(Worker worker) {
    return forWorker(ASSIGNED_UNITS, worker).query(WorkUnitStore::unit).list();
  }

  /**
   * Releases all units of a worker that ends. Other workers can take their waiting jobs
   * immediately.
   */
  public void giveBack(Worker worker) {
    transaction.executeWithoutResult(
        status -> {
          lockFrontier(worker.runId());
          Optional<WorkUnit> first = held(worker).stream().findFirst();
          forWorker(RESTORE_LIMIT, worker).update();
          forWorker(DELETE_UNITS, worker).update();
          first.ifPresent(unit -> forRun(MOVE_FRONTIER_BACK, worker, unit.after()).update());
        });
  }

  /**
   * Progress of the assignment.
   *
   * @param position after which no job is assigned
   * @param unassigned approximate number of jobs that wait after it
   * @param limit the most jobs that the workers may answer together; empty for all
   * @param limitLeft the part of the limit that is not assigned yet
   */
  private record Frontier(
      JobPosition position, long unassigned, OptionalLong limit, OptionalLong limitLeft) {}

  /** Locks the run's frontier until the transaction ends, and creates it if there is none. */
  private Frontier lockFrontier(long runId) {
    Optional<Frontier> frontier = lockKnownFrontier(runId);
    if (frontier.isEmpty()) {
      jdbc.sql(CREATE_FRONTIER).param("run", runId).update();
      frontier = lockKnownFrontier(runId);
    }
    return frontier.orElseThrow();
  }

  private Optional<Frontier> lockKnownFrontier(long runId) {
    return jdbc.sql(LOCK_FRONTIER).param("run", runId).query((row, n) -> frontier(row)).optional();
  }

  private static Frontier frontier(ResultSet row) throws SQLException {
    return new Frontier(
        position(row),
        row.getLong("unassigned"),
        Rows.longInteger(row, "job_limit"),
        Rows.longInteger(row, "limit_left"));
  }

  private Optional<WorkUnit> assignNext(Worker worker, Frontier frontier) {
    if (frontier.limitLeft().orElse(1) == 0) {
      return Optional.empty();
    }
    Optional<JobPosition> start = firstFree(worker, frontier.position());
    if (start.isEmpty()) {
      return Optional.empty();
    }
    long workers = Math.max(1, forRun(WORKERS, worker).query(Long.class).single());
    long unassigned = unassigned(worker, frontier, workers);
    long size = size(unassigned, workers);
    Optional<JobPosition> next = at(NEXT_TAKEN, worker, start.get());
    JobPosition last = before(next, atImageEnd(nthWaiting(worker, start.get(), size)));
    long assigned = 0;
    if (frontier.limitLeft().isPresent()) {
      long limitLeft = frontier.limitLeft().getAsLong();
      assigned = waiting(worker, start.get(), last);
      if (assigned > limitLeft) {
        // The limit takes precedence over keeping the questions about an image together.
        last = nthWaiting(worker, start.get(), limitLeft);
        assigned = limitLeft;
      }
    }
    WorkUnit unit = add(worker, start.get(), last);
    forRun(MOVE_FRONTIER, worker, last)
        .param("unassigned", Math.max(0, unassigned - size))
        .param("assigned", assigned)
        .update();
    return Optional.of(unit);
  }

  private static JobPosition before(Optional<JobPosition> next, JobPosition last) {
    return next.filter(last::isAfter).orElse(last);
  }

  private long waiting(Worker worker, JobPosition after, JobPosition last) {
    return forRun(COUNT_WAITING, worker)
        .param("afterKey", after.imageKey())
        .param("afterJob", after.jobId())
        .param("lastKey", last.imageKey())
        .param("lastJob", last.jobId())
        .query(Long.class)
        .single();
  }

  /** Returns the first position, from the frontier on, after which an unassigned job waits. */
  private Optional<JobPosition> firstFree(Worker worker, JobPosition from) {
    JobPosition start = from;
    while (true) {
      Optional<JobPosition> waiting = at(FIRST_WAITING, worker, start);
      if (waiting.isEmpty()) {
        return Optional.empty();
      }
      Optional<JobPosition> taken = at(TAKEN_AT, worker, waiting.get());
      if (taken.isEmpty()) {
        return Optional.of(start);
      }
      start = taken.get();
    }
  }

  /**
   * Returns the number of unassigned jobs. Counts again if few are left, because jobs may have been
   * ingested since.
   */
  private long unassigned(Worker worker, Frontier frontier, long workers) {
    if (frontier.unassigned() >= UNITS_PER_WORKER * FEWEST_JOBS * workers) {
      return frontier.unassigned();
    }
    return forRun(COUNT_UNASSIGNED, worker, frontier.position())
        .param("most", UNITS_PER_WORKER * MOST_JOBS * workers)
        .query(Long.class)
        .single();
  }

  private static long size(long unassigned, long workers) {
    return Math.max(FEWEST_JOBS, Math.min(MOST_JOBS, unassigned / (UNITS_PER_WORKER * workers)));
  }

  /**
   * Extends a unit to the end of its last image, so that the prefix of an image is computed by one
   * worker. Jobs without an image have no such group.
   */
  private static JobPosition atImageEnd(JobPosition last) {
    return last.imageKey().isEmpty() ? last : new JobPosition(last.imageKey(), LAST_JOB);
  }

  private Optional<JobPosition> at(String sql, Worker worker, JobPosition position) {
    return forRun(sql, worker, position).query((row, n) -> position(row)).optional();
  }

  private JobPosition nthWaiting(Worker worker, JobPosition position, long n) {
    return forRun(NTH_WAITING, worker, position)
        .param("size", n)
        .query((row, index) -> position(row))
        .single();
  }

  private WorkUnit add(Worker worker, JobPosition after, JobPosition last) {
    return forRun(ADD, worker)
        .param("worker", worker.workerId())
        .param("afterKey", after.imageKey())
        .param("afterJob", after.jobId())
        .param("lastKey", last.imageKey())
        .param("lastJob", last.jobId())
        .query(WorkUnitStore::unit)
        .single();
  }

  private JdbcClient.StatementSpec forRun(String sql, Worker worker, JobPosition position) {
    return forRun(sql, worker).param("key", position.imageKey()).param("job", position.jobId());
  }

  private JdbcClient.StatementSpec forRun(String sql, Worker worker) {
    return jdbc.sql(sql).param("run", worker.runId());
  }

  private JdbcClient.StatementSpec forWorker(String sql, Worker worker) {
    return forRun(sql, worker).param("worker", worker.workerId());
  }

  private static JobPosition position(ResultSet row) throws SQLException {
    return new JobPosition(row.getString("image_key"), row.getLong("job_id"));
  }

  private static WorkUnit unit(ResultSet row, int n) throws SQLException {
    return new WorkUnit(
        row.getLong("unit_id"),
        new JobPosition(row.getString("after_key"), row.getLong("after_job")),
        new JobPosition(row.getString("last_key"), row.getLong("last_job")),
        row.getInt("deaths"));
  }
}
