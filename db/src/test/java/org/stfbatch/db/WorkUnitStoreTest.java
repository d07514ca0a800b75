package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.stfbatch.db.testing.TestDatabase;

/** Assignment of waiting jobs to workers. */
class WorkUnitStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int JOBS = 1000;

  private JdbcClient jdbc;
  private ImageJobStore jobs;
  private WorkUnitStore units;
  private OutcomeStore outcomes;
  private long run;

  @BeforeEach
  void newRun(TestInfo test) {
    jdbc = JdbcClient.create(DATABASE.dataSource());
    jobs = new ImageJobStore(DATABASE.dataSource());
    units = new WorkUnitStore(DATABASE.dataSource());
    outcomes = new OutcomeStore(DATABASE.dataSource());
    run = new RunStore(DATABASE.dataSource()).findOrCreate(test.getDisplayName()).runId();
  }

  @Test
  void togetherTheyTakeEveryJobOnceAndAllQuestionsOfAnImage() {
    jobs.insert(run, Jobs.jobs(0, JOBS - 1));
    try (Joined one = join("one");
        Joined two = join("two")) {
      Map<String, Set<Long>> takers = new HashMap<>();
      List<Long> taken = new ArrayList<>();
      Joined next = one;
      for (Optional<WorkUnit> unit = next.take(); unit.isPresent(); unit = next.take()) {
        for (StoredJob job : jobsOf(unit.get())) {
          taken.add(job.jobId());
          takers.computeIfAbsent(job.imageKey(), key -> new HashSet<>()).add(unit.get().unitId());
        }
        next = next == one ? two : one;
      }

      assertThat(taken).hasSize(JOBS).doesNotHaveDuplicates();
      assertThat(takers.values()).allSatisfy(units -> assertThat(units).hasSize(1));
      assertThat(two.take()).as("all is with workers that live").isEmpty();
    }
  }

  @Test
  void jobsWithoutAnImageAreDividedToo() {
    jobs.insert(
        run,
        IntStream.range(0, 300)
            .mapToObj(i -> Jobs.job("job-" + i, withoutImage("What is " + i + "?")))
            .toList());
    try (Joined one = join("one")) {
      WorkUnit first = one.take().orElseThrow();
      WorkUnit second = one.take().orElseThrow();

      assertThat(jobsOf(first)).hasSizeBetween(64, 150);
      assertThat(jobsOf(second)).isNotEmpty().doesNotContainAnyElementsOf(jobsOf(first));
    }
  }

  @Test
  void whatADeadWorkerHasLeftIsTakenOverAtOnceAndCounted() {
    jobs.insert(run, Jobs.jobs(0, JOBS - 1));
    Joined dead = join("dead");
    WorkUnit unit = dead.take().orElseThrow();
    List<StoredJob> all = jobsOf(unit);
    answer(all.subList(0, 10));
    try (Joined other = join("other")) {
      assertThat(other.take().orElseThrow().unitId()).isNotEqualTo(unit.unitId());
      killConnection(dead);

      WorkUnit taken = other.take().orElseThrow();

      assertThat(taken.unitId()).isEqualTo(unit.unitId());
      assertThat(taken.deaths()).isEqualTo(1);
      assertThat(jobsOf(taken)).isEqualTo(all.subList(10, all.size()));
      assertThat(units.isOwned(unit, dead.worker())).isFalse();
      assertThat(units.isOwned(unit, other.worker())).isTrue();
    }
  }

  @Test
  void aWorkerThatIsNotHeardFromIsTakenForDeadThoughItsConnectionStands() {
    jobs.insert(run, Jobs.jobs(0, 9));
    try (Joined stalled = join("stalled");
        Joined other = join("other")) {
      WorkUnit unit = stalled.take().orElseThrow();
      assertThat(other.take()).isEmpty();
      jdbc.sql(
              "update worker set heartbeat_at = heartbeat_at - interval '1 minute' where name = 'stalled' and run_id = :run")
          .param("run", run)
          .update();

      assertThat(other.take().map(WorkUnit::unitId)).contains(unit.unitId());
      assertThat(new WorkerStore(DATABASE.dataSource()).alive(run))
          .extracting(WorkerStore.LiveWorker::name)
          .containsExactly("other");
    }
  }

  @Test
  void whatAWorkerGivesBackIsThereForOthersWithoutADeath() {
    jobs.insert(run, Jobs.jobs(0, JOBS - 1));
    try (Joined other = join("other")) {
      WorkUnit given;
      try (Joined leaving = join("leaving")) {
        given = leaving.take().orElseThrow();
        other.take().orElseThrow();
        units.giveBack(leaving.worker());
      }

      WorkUnit taken = other.take().orElseThrow();

      assertThat(taken.after()).isEqualTo(given.after());
      assertThat(taken.deaths()).isZero();
    }
  }

  @Test
  void jobsThatComeMeanwhileAreFoundWhereverTheyBelong() {
    jobs.insert(run, Jobs.jobs(300, 302));
    try (Joined one = join("one")) {
      assertThat(jobsOf(one.take().orElseThrow())).hasSize(3);
      jobs.insert(run, Jobs.jobs(3, 5));
      jobs.insert(run, Jobs.jobs(600, 602));

      assertThat(jobsOf(one.take().orElseThrow())).hasSize(3);
      assertThat(one.take()).isEmpty();
      assertThat(units.held(one.worker()).stream().flatMap(unit -> jobsOf(unit).stream()))
          .extracting(StoredJob::customId)
          .hasSize(9)
          .contains("job-3", "job-302", "job-600");
    }
  }

  @Test
  void unitsThatAreDoneAreGone() {
    jobs.insert(run, Jobs.jobs(0, 9));
    try (Joined one = join("one")) {
      WorkUnit unit = one.take().orElseThrow();
      answer(jobsOf(unit));

      assertThat(one.take()).isEmpty();
      assertThat(units.held(one.worker())).isEmpty();
    }
  }

  @Test
  void aProcessThatHasTheRunForItselfKeepsWorkersOutAndTheOtherWayRound() {
    Worker worker = worker("one");
    try (RunLock alone = RunLock.tryAcquire(DATABASE.database(), run, "alone").orElseThrow()) {
      assertThat(WorkerLock.tryAcquire(DATABASE.database(), worker, "process")).isEmpty();
      alone.beat();
    }
    try (Joined one = join("one")) {
      assertThat(RunLock.tryAcquire(DATABASE.database(), run, "alone")).isEmpty();
      assertThat(RunLock.holder(DATABASE.database(), run)).isEmpty();
      one.lock().beat();
    }
    RunLock.tryAcquire(DATABASE.database(), run, "alone").orElseThrow().close();
  }

  /** After a network failure, the server may keep a connection open that the worker has lost. */
  @Test
  void whileALostConnectionStandsItsWorkerSeesThatItIsItsOwn() {
    try (Joined one = join("one")) {
      assertThat(WorkerLock.tryAcquire(DATABASE.database(), one.worker(), "process one")).isEmpty();
      assertThat(WorkerLock.holder(DATABASE.database(), one.worker()).map(Lease::owner))
          .contains("process one");
      assertThat(WorkerLock.holder(DATABASE.database(), worker("two"))).isEmpty();
    }
  }

  /** For example a writer whose machine is suspended between two statements. */
  @Test
  void aWriterThatStandsStillIsEndedByTheServer() {
    jobs.insert(run, Jobs.jobs(0, 9));
    TransactionTemplate transaction =
        new TransactionTemplate(new JdbcTransactionManager(DATABASE.dataSource()));

    String limit =
        transaction.execute(
            status -> {
              long job = jobs.waitingAfter(run, JobPosition.START, 1).get(0).jobId();
              outcomes.write(run, List.of(Jobs.answer(job, "yes")), List.of());
              return jdbc.sql("show idle_in_transaction_session_timeout")
                  .query(String.class)
                  .single();
            });

    assertThat(limit).isEqualTo("30s");
    assertThat(jdbc.sql("show idle_in_transaction_session_timeout").query(String.class).single())
        .isEqualTo("0");
  }

  @Test
  void workersWithOtherSettingsAreTold() {
    try (Joined one = join("one");
        Joined two = join("two")) {
      assertThat(say(one, "model a", OptionalLong.empty())).isEmpty();
      assertThat(say(two, "model b", OptionalLong.empty()))
          .contains(
              new WorkUnitStore.OtherTerms(
                  "one", new WorkUnitStore.Terms("model a", OptionalLong.empty())));
      assertThat(say(two, "model a", OptionalLong.of(7))).isPresent();
      assertThat(say(two, "model a", OptionalLong.empty())).isEmpty();
    }
  }

  @Test
  void theLimitCountsForAllTogether() {
    jobs.insert(run, Jobs.jobs(0, JOBS - 1));
    try (Joined one = join("one");
        Joined two = join("two")) {
      assertThat(say(one, "model a", OptionalLong.of(150))).isEmpty();
      assertThat(say(two, "model a", OptionalLong.of(150))).isEmpty();
      List<Long> taken = new ArrayList<>();
      Joined next = one;
      for (Optional<WorkUnit> unit = next.take(); unit.isPresent(); unit = next.take()) {
        jobsOf(unit.get()).forEach(job -> taken.add(job.jobId()));
        next = next == one ? two : one;
      }
      assertThat(taken).hasSize(150).doesNotHaveDuplicates();
      assertThat(units.isLeft(one.worker())).as("in units").isTrue();

      int held = one.units().held(one.worker()).stream().mapToInt(u -> jobsOf(u).size()).sum();
      units.giveBack(one.worker());
      int again = 0;
      for (Optional<WorkUnit> unit = two.take(); unit.isPresent(); unit = two.take()) {
        again += jobsOf(unit.get()).size();
      }
      assertThat(again).as("what was given back is not spent").isEqualTo(held);

      two.units().held(two.worker()).forEach(this::answer);
      assertThat(units.isLeft(two.worker())).isFalse();
      assertThat(two.take()).isEmpty();
    }
  }

  /** All workers join again after a database outage. */
  @Test
  void whoJoinsAgainGoesOnWithWhatIsLeftOfTheLimit() {
    jobs.insert(run, Jobs.jobs(0, JOBS - 1));
    try (Joined one = join("one")) {
      assertThat(say(one, "model a", OptionalLong.of(100))).isEmpty();
      answer(one.take().orElseThrow());
      units.giveBack(one.worker());
      assertThat(say(one, "model a", OptionalLong.of(100))).isEmpty();
      int left = 0;
      for (Optional<WorkUnit> unit = one.take(); unit.isPresent(); unit = one.take()) {
        left += jobsOf(unit.get()).size();
      }
      assertThat(left).isLessThan(100);
      assertThat(
              left
                  + jdbc.sql("select count(*) from answer where run_id = :run")
                      .param("run", run)
                      .query(Integer.class)
                      .single())
          .isEqualTo(100);
    }
  }

  @Test
  void aLimitBeginsAgainWithTheNextWorkersAndCountsWhatTheDeadHadTaken() {
    jobs.insert(run, Jobs.jobs(0, JOBS - 1));
    try (Joined one = join("one")) {
      say(one, "model a", OptionalLong.of(200));
      one.take();
    }
    try (Joined two = join("two")) {
      assertThat(say(two, "model a", OptionalLong.of(100))).isEmpty();
      int taken = 0;
      for (Optional<WorkUnit> unit = two.take(); unit.isPresent(); unit = two.take()) {
        taken += jobsOf(unit.get()).size();
      }
      assertThat(taken).isEqualTo(100);
    }
    try (Joined three = join("three")) {
      assertThat(say(three, "model a", OptionalLong.empty())).isEmpty();
      assertThat(units.isLeft(three.worker())).isTrue();
    }
  }

  @Test
  void whoeverHasEnoughLeavesTheRestToOthers() {
    jobs.insert(run, Jobs.jobs(0, JOBS - 1));
    try (Joined one = join("one")) {
      one.take();
      assertThat(units.hasEnough(one.worker(), 1)).as("alone").isFalse();
      try (Joined two = join("two")) {
        two.take();
        while (!units.hasEnough(one.worker(), 1)) {
          one.take().orElseThrow();
        }
        int held = units.held(one.worker()).stream().mapToInt(u -> jobsOf(u).size()).sum();
        assertThat(held).isBetween(JOBS / 8, JOBS / 2);
        assertThat(units.hasEnough(one.worker(), JOBS)).as("its device needs all").isFalse();
        assertThat(units.hasEnough(two.worker(), 1)).isFalse();
      }
    }
  }

  /** Unassigned jobs are counted again before units shrink towards the end of the run. */
  @Test
  void jobsThatAreIngestedWhileFewAreLeftAreCutIntoLargeUnits() {
    jobs.insert(run, Jobs.jobs(0, 99));
    try (Joined one = join("one")) {
      one.take().orElseThrow();
      jobs.insert(run, Jobs.jobs(100, 100 + 4 * JOBS));
      assertThat(jobsOf(one.take().orElseThrow())).hasSizeGreaterThan(4 * JOBS / 10);
    }
  }

  @Test
  void rowsOfTheDeadGoWhenTheirUnitsAreTaken() {
    jobs.insert(run, Jobs.jobs(0, JOBS - 1));
    Joined dead = join("dead");
    dead.take();
    jdbc.sql(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'stf-batch worker lock'")
        .query()
        .listOfRows();
    try (Joined one = join("one")) {
      one.take();
      one.take();
      assertThat(
              jdbc.sql("select name from worker where run_id = :run")
                  .param("run", run)
                  .query(String.class)
                  .list())
          .containsExactly("one");
    }
  }

  @Test
  void aWorkerThatOthersTookForDeadLearnsIt() {
    try (Joined one = join("one")) {
      jdbc.sql("delete from worker where worker_id = :id")
          .param("id", one.worker().workerId())
          .update();
      assertThatThrownBy(one.lock()::beat).isInstanceOf(LockLostException.class);
    }
  }

  @Test
  void whatAWorkerDoesIsSeen() {
    jobs.insert(run, Jobs.jobs(0, JOBS - 1));
    WorkerStore workers = new WorkerStore(DATABASE.dataSource());
    try (Joined one = join("one")) {
      assertThat(workers.alive(run)).singleElement().matches(w -> w.state() == WorkerState.LOADING);
      units.join(one.worker(), "cuda:0", new WorkUnitStore.Terms("model a", OptionalLong.empty()));
      assertThat(workers.alive(run)).singleElement().matches(w -> w.state() == WorkerState.IDLE);
      one.take();
      assertThat(workers.alive(run))
          .singleElement()
          .matches(w -> w.state() == WorkerState.ANSWERING && w.units() == 1)
          .matches(w -> w.device().equals(Optional.of("cuda:0")));
    }
  }

  private void answer(WorkUnit unit) {
    outcomes.write(
        run, jobsOf(unit).stream().map(job -> Jobs.answer(job.jobId(), "yes")).toList(), List.of());
  }

  private record Joined(WorkUnitStore units, Worker worker, WorkerLock lock)
      implements AutoCloseable {
    Optional<WorkUnit> take() {
      return units.take(worker);
    }

    @Override
    public void close() {
      lock.close();
    }
  }

  private Optional<WorkUnitStore.OtherTerms> say(
      Joined joined, String settings, OptionalLong limit) {
    return units.join(joined.worker(), "cpu", new WorkUnitStore.Terms(settings, limit));
  }

  private Joined join(String name) {
    Worker worker = worker(name);
    return new Joined(
        units,
        worker,
        WorkerLock.tryAcquire(DATABASE.database(), worker, "process " + name).orElseThrow());
  }

  private Worker worker(String name) {
    return new WorkerStore(DATABASE.dataSource()).create(run, name);
  }

  private static ImagePrompt withoutImage(String text) {
    return new ImagePrompt(Optional.empty(), Optional.empty(), Optional.empty(), text);
  }

  private List<StoredJob> jobsOf(WorkUnit unit) {
    return jobs.waitingIn(run, unit, unit.after(), Integer.MAX_VALUE);
  }

  private void answer(List<StoredJob> done) {
    outcomes.write(
        run, done.stream().map(job -> Jobs.answer(job.jobId(), "yes")).toList(), List.of());
  }

  private void killConnection(Joined joined) {
    jdbc.sql(
            """
            select pg_terminate_backend(pid, 10000) from pg_locks
            where locktype = 'advisory' and (classid::bigint << 32) + objid::bigint = :key
              and database = (select oid from pg_database where datname = current_database())
            """)
        .param("key", WorkerLock.KEY_SPACE + joined.worker().workerId())
        .query(Boolean.class)
        .single();
  }
}
