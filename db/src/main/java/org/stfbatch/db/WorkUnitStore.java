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
 * Divides the waiting jobs of a run among workers, piece by piece, as these ask for more. Thread
 * safe; every call commits at once. Workers of a run wait for each other's calls, which take
 * milliseconds.
 */
public final class WorkUnitStore {
  private static final long FEWEST_JOBS = 64;
  private static final long MOST_JOBS = 20_000;

  /** A worker's share of what is left is cut into so many units: the last ones end together. */
  private static final int UNITS_OF_A_WORKER = 8;

  /** Behind every job of an image. */
  private static final long LAST_JOB = Long.MAX_VALUE;

  private static final String BEGIN_FRONTIER =
      """
      insert into work_frontier (run_id, image_key, job_id, unassigned)
      select :run, '', 0, count(*) from waiting_job where run_id = :run
      on conflict (run_id) do nothing
      """;

  private static final String LOCK_FRONTIER =
      "select image_key, job_id, unassigned, job_limit, limit_left, %s from work_frontier where run_id = :run for update"
          .formatted(IdleWriter.IS_ENDED);

  private static final String MOVE_FRONTIER =
      """
      update work_frontier
      set image_key = :key, job_id = :job, unassigned = :unassigned, limit_left = limit_left - :assigned
      where run_id = :run
      """;

  private static final String BEGIN_AGAIN =
      """
      update work_frontier
      set image_key = '', job_id = 0,
          unassigned = (select count(*) from waiting_job where run_id = :run)
      where run_id = :run
      """;

  /** Of a waiting job and a row named unit. */
  private static final String IN_UNIT =
      """
      (waiting_job.run_id, image_key, job_id) > (unit.run_id, after_key, after_job)
        and (waiting_job.run_id, image_key, job_id) <= (unit.run_id, last_key, last_job)
      """;

  private static final String IS_WAITING =
      "exists (select from waiting_job where %s)".formatted(IN_UNIT);

  /** How many jobs of the worker's units wait. */
  private static final String HELD_JOBS =
      """
      (select count(*)
        from work_unit unit join waiting_job on %s
        where unit.run_id = :run and unit.worker_id = :worker)
      """
          .formatted(IN_UNIT);

  private static final String COUNT_UNCUT =
      """
      select count(*)
      from (
        select
        from waiting_job
        where (run_id, image_key, job_id) > (:run, :key, :job) and run_id <= :run
        limit :most
      ) behind
      """;

  /** Only where others could take what this worker leaves. */
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
          .formatted(WorkerStore.IS_ALIVE, HELD_JOBS);

  private static final String COUNT_WAITING =
      """
      select count(*) from waiting_job
      where (run_id, image_key, job_id) > (:run, :afterKey, :afterJob)
        and (run_id, image_key, job_id) <= (:run, :lastKey, :lastJob)
      """;

  /** What workers that have died have taken counts, and is left aside if it is too much. */
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

  private static final String IS_LEFT =
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

  /** The last of so many jobs, or of fewer if no more are waiting. */
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

  /** It joined before, and comes back after the database was away. */
  private static final String HAS_JOINED =
      "select settings is not null from worker where worker_id = :worker and run_id = :run";

  private static final String SAY_TERMS =
      "update worker set settings = :settings, device = :device where worker_id = :worker";

  private static final String OWNS =
      "select exists (select from work_unit where unit_id = :unit and worker_id = :worker)";

  private static final String HELD =
      """
      select unit_id, after_key, after_job, last_key, last_job, deaths
      from work_unit
      where run_id = :run and worker_id = :worker
      order by after_key, after_job
      """;

  private static final String GIVE_BACK =
      "delete from work_unit where run_id = :run and worker_id = :worker";

  private static final String REFUND =
      """
      update work_frontier set limit_left = limit_left + %s
      where run_id = :run and limit_left is not null
      """
          .formatted(HELD_JOBS);

  private static final String MOVE_BACK =
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
   * Takes jobs for a worker: those of a worker that has died, or else the next ones that nobody
   * has.
   *
   * @return empty if all that waits is with workers that live
   */
  public Optional<WorkUnit> take(Worker worker) {
    return transaction.execute(status -> takeLocked(worker));
  }

  private Optional<WorkUnit> takeLocked(Worker worker) {
    Frontier frontier = lockFrontier(worker.runId());
    run(REMOVE_DONE, worker).update();
    run(WorkerStore.REMOVE_DEAD, worker).update();
    Optional<WorkUnit> orphan = of(TAKE_OVER, worker).query(WorkUnitStore::unit).optional();
    if (orphan.isPresent()) {
      return orphan;
    }
    Optional<WorkUnit> next = cut(worker, frontier);
    if (next.isPresent() || frontier.position().equals(JobPosition.START)) {
      return next;
    }
    // What was ingested meanwhile may be anywhere.
    run(BEGIN_AGAIN, worker).update();
    return cut(worker, lockFrontier(worker.runId()));
  }

  /**
   * What those that share a run must have in common.
   *
   * @param settings what answers depend on, one line
   * @param limit how many jobs they answer at most, all together, from when the first of them
   *     joined; empty for all
   */
  public record Terms(String settings, OptionalLong limit) {}

  /**
   * Another worker with other terms.
   *
   * @param name what people call it
   * @param terms its own
   */
  public record OtherTerms(String name, Terms terms) {}

  /**
   * Begins to share the run on these terms; the first worker's hold for those that come later. One
   * that joins again goes on with what is left of the limit.
   *
   * @param device where the worker computes
   * @return a worker with other terms, if there is one: this one has not joined then
   */
  public Optional<OtherTerms> join(Worker worker, String device, Terms terms) {
    return transaction.execute(
        status -> {
          Frontier frontier = lockFrontier(worker.runId());
          Optional<OtherTerms> first =
              of(OTHER_TERMS, worker).query((row, n) -> otherTerms(row, frontier)).optional();
          if (first.isPresent() && !first.get().terms().equals(terms)) {
            return first;
          }
          if (first.isEmpty() && !hasJoined(worker)) {
            limit(worker, terms.limit());
          }
          of(SAY_TERMS, worker)
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
    return of(HAS_JOINED, worker).query(Boolean.class).optional().orElse(false);
  }

  private void limit(Worker worker, OptionalLong limit) {
    if (limit.isPresent()) {
      run(LIMIT, worker).param("limit", limit.getAsLong()).update();
    } else {
      run(NO_LIMIT, worker).update();
    }
  }

  /**
   * Whether a worker should leave the next jobs to others: it has more than half of an equal share
   * of what nobody has taken. A slow worker that reads far ahead would make all others wait for it
   * at the end.
   *
   * @param least jobs that its device needs at a time
   */
  public boolean hasEnough(Worker worker, long least) {
    return of(HAS_ENOUGH, worker)
        .param("least", Math.max(FEWEST_JOBS, least))
        .query(Boolean.class)
        .optional()
        .orElse(false);
  }

  /** Whether anything waits that the workers may answer, be it with one of them. */
  public boolean isLeft(Worker worker) {
    return run(IS_LEFT, worker).query(Boolean.class).single();
  }

  /** Whether a unit is still with this worker, whom others may have taken for dead. */
  public boolean isOwned(WorkUnit unit, Worker worker) {
    return jdbc.sql(OWNS)
        .param("unit", unit.unitId())
        .param("worker", worker.workerId())
        .query(Boolean.class)
        .single();
  }

  /** What a worker has taken and not done, in the order in which jobs are answered. */
  public List<WorkUnit> held(Worker worker) {
    return of(HELD, worker).query(WorkUnitStore::unit).list();
  }

  /** The worker ends: others may take what it has not done, at once. */
  public void giveBack(Worker worker) {
    transaction.executeWithoutResult(
        status -> {
          lockFrontier(worker.runId());
          Optional<WorkUnit> first = held(worker).stream().findFirst();
          of(REFUND, worker).update();
          of(GIVE_BACK, worker).update();
          first.ifPresent(unit -> run(MOVE_BACK, worker, unit.after()).update());
        });
  }

  /**
   * @param position behind which nobody has taken anything
   * @param unassigned about how many jobs wait there
   * @param limit how many jobs the workers may answer together; empty for all
   * @param limitLeft how many of those are in no unit yet
   */
  private record Frontier(
      JobPosition position, long unassigned, OptionalLong limit, OptionalLong limitLeft) {}

  /** Locks out the other workers until the transaction ends. */
  private Frontier lockFrontier(long runId) {
    Optional<Frontier> frontier = lockKnownFrontier(runId);
    if (frontier.isEmpty()) {
      jdbc.sql(BEGIN_FRONTIER).param("run", runId).update();
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

  private Optional<WorkUnit> cut(Worker worker, Frontier frontier) {
    if (frontier.limitLeft().orElse(1) == 0) {
      return Optional.empty();
    }
    Optional<JobPosition> start = firstFree(worker, frontier.position());
    if (start.isEmpty()) {
      return Optional.empty();
    }
    long workers = Math.max(1, run(WORKERS, worker).query(Long.class).single());
    long unassigned = unassigned(worker, frontier, workers);
    long size = size(unassigned, workers);
    Optional<JobPosition> next = at(NEXT_TAKEN, worker, start.get());
    JobPosition last = before(next, atImageEnd(nthWaiting(worker, start.get(), size)));
    long assigned = 0;
    if (frontier.limitLeft().isPresent()) {
      long limitLeft = frontier.limitLeft().getAsLong();
      assigned = waiting(worker, start.get(), last);
      if (assigned > limitLeft) {
        // An image's questions are parted rather than more asked than may be.
        last = nthWaiting(worker, start.get(), limitLeft);
        assigned = limitLeft;
      }
    }
    WorkUnit unit = add(worker, start.get(), last);
    run(MOVE_FRONTIER, worker, last)
        .param("unassigned", Math.max(0, unassigned - size))
        .param("assigned", assigned)
        .update();
    return Optional.of(unit);
  }

  private static JobPosition before(Optional<JobPosition> next, JobPosition last) {
    return next.filter(last::isAfter).orElse(last);
  }

  private long waiting(Worker worker, JobPosition after, JobPosition last) {
    return run(COUNT_WAITING, worker)
        .param("afterKey", after.imageKey())
        .param("afterJob", after.jobId())
        .param("lastKey", last.imageKey())
        .param("lastJob", last.jobId())
        .query(Long.class)
        .single();
  }

  /** The first place from the frontier on behind which a job waits that nobody has. */
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

  /** Counted again where little is left, for jobs may have been ingested since. */
  private long unassigned(Worker worker, Frontier frontier, long workers) {
    if (frontier.unassigned() >= UNITS_OF_A_WORKER * FEWEST_JOBS * workers) {
      return frontier.unassigned();
    }
    return run(COUNT_UNCUT, worker, frontier.position())
        .param("most", UNITS_OF_A_WORKER * MOST_JOBS * workers)
        .query(Long.class)
        .single();
  }

  private static long size(long unassigned, long workers) {
    return Math.max(FEWEST_JOBS, Math.min(MOST_JOBS, unassigned / (UNITS_OF_A_WORKER * workers)));
  }

  /** Questions about an image stay together; those without one are of no common image. */
  private static JobPosition atImageEnd(JobPosition last) {
    return last.imageKey().isEmpty() ? last : new JobPosition(last.imageKey(), LAST_JOB);
  }

  private Optional<JobPosition> at(String sql, Worker worker, JobPosition position) {
    return run(sql, worker, position).query((row, n) -> position(row)).optional();
  }

  private JobPosition nthWaiting(Worker worker, JobPosition position, long n) {
    return run(NTH_WAITING, worker, position)
        .param("size", n)
        .query((row, index) -> position(row))
        .single();
  }

  private WorkUnit add(Worker worker, JobPosition after, JobPosition last) {
    return run(ADD, worker)
        .param("worker", worker.workerId())
        .param("afterKey", after.imageKey())
        .param("afterJob", after.jobId())
        .param("lastKey", last.imageKey())
        .param("lastJob", last.jobId())
        .query(WorkUnitStore::unit)
        .single();
  }

  private JdbcClient.StatementSpec run(String sql, Worker worker, JobPosition position) {
    return run(sql, worker).param("key", position.imageKey()).param("job", position.jobId());
  }

  private JdbcClient.StatementSpec run(String sql, Worker worker) {
    return jdbc.sql(sql).param("run", worker.runId());
  }

  private JdbcClient.StatementSpec of(String sql, Worker worker) {
    return run(sql, worker).param("worker", worker.workerId());
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
