package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.testing.TestDatabase;

class RunLockTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private JdbcClient jdbc;
  private long run;

  @BeforeEach
  void newRun(TestInfo test) {
    jdbc = JdbcClient.create(DATABASE.dataSource());
    run = new RunStore(DATABASE.dataSource()).findOrCreate(test.getDisplayName()).runId();
  }

  @Test
  void onlyOneHasItAndOthersLearnWho() {
    try (RunLock lock = acquire("host a, process 1").orElseThrow()) {
      assertThat(acquire("host b")).isEmpty();
      Lease lease = RunLock.holder(DATABASE.database(), run).orElseThrow();
      assertThat(lease.owner()).isEqualTo("host a, process 1");
      lock.beat();
      assertThat(RunLock.holder(DATABASE.database(), run).orElseThrow().heartbeatAt())
          .isAfter(lease.heartbeatAt());
    }
    assertThat(RunLock.holder(DATABASE.database(), run)).isEmpty();
    try (RunLock next = acquire("host b").orElseThrow()) {
      next.beat();
    }
  }

  @Test
  void runsAreLockedApart() {
    long other = new RunStore(DATABASE.dataSource()).findOrCreate("other").runId();
    try (RunLock one = acquire("a").orElseThrow();
        RunLock two = RunLock.tryAcquire(DATABASE.database(), other, "b").orElseThrow()) {
      one.beat();
      two.beat();
      assertThat(RunLock.holder(DATABASE.database(), other).map(Lease::owner)).contains("b");
    }
  }

  @Test
  void ofManyAtOnceOneGetsIt() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    Callable<Optional<RunLock>> attempt = () -> acquire("someone");
    try {
      List<RunLock> got = new ArrayList<>();
      for (Future<Optional<RunLock>> lock : threads.invokeAll(Collections.nCopies(8, attempt))) {
        lock.get().ifPresent(got::add);
      }
      assertThat(got).hasSize(1);
      got.get(0).close();
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aLostConnectionIsNoticedAndTheLockIsFreeForOthers() {
    RunLock lost = acquire("a").orElseThrow();
    jdbc.sql(
            """
            select pg_terminate_backend(pid, 10000) from pg_locks
            where locktype = 'advisory' and objid = :run and database =
              (select oid from pg_database where datname = current_database())
            """)
        .param("run", run)
        .query(Boolean.class)
        .single();

    assertThatThrownBy(lost::beat)
        .isInstanceOf(LockLostException.class)
        .hasMessageContaining("run " + run)
        .hasMessageContaining("is lost");
    assertThatThrownBy(lost::beat).isInstanceOf(LockLostException.class);
    assertThat(RunLock.holder(DATABASE.database(), run)).isEmpty();
    try (RunLock next = acquire("b").orElseThrow()) {
      lost.close();
      next.beat();
      assertThat(RunLock.holder(DATABASE.database(), run).map(Lease::owner)).contains("b");
    }
  }

  @Test
  void aReleasedLockCannotBeat() {
    RunLock lock = acquire("a").orElseThrow();
    lock.close();
    lock.close();

    assertThatThrownBy(lock::beat).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theLockSurvivesAPoolThatIsBusy() {
    try (RunLock lock = acquire("a").orElseThrow()) {
      for (int i = 0; i < 50; i++) {
        jdbc.sql("select 1").query(Integer.class).single();
      }
      assertThat(acquire("b")).isEmpty();
      lock.beat();
    }
  }

  private Optional<RunLock> acquire(String owner) {
    return RunLock.tryAcquire(DATABASE.database(), run, owner);
  }
}
