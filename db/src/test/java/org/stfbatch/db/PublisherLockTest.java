package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.testing.TestDatabase;

class PublisherLockTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private Run run;

  @BeforeEach
  void newRun(TestInfo test) {
    run = new RunStore(DATABASE.dataSource()).findOrCreate(test.getDisplayName());
  }

  @Test
  void onePublishesARunToATopic() {
    try (PublisherLock one = acquire("answers", "a")) {
      assertThat(PublisherLock.tryAcquire(DATABASE.database(), run, "answers", "b")).isEmpty();
      assertThat(PublisherLock.holder(DATABASE.database(), run, "answers").map(Lease::owner))
          .contains("a");
      acquire("others", "b").close();
      one.beat();
    }
    acquire("answers", "b").close();
  }

  @Test
  void aHolderThatWasHeardFromIsLeftAlone() {
    try (PublisherLock one = acquire("answers", "a")) {
      PublisherLock.endSilent(DATABASE.database(), run, "answers");
      one.beat();
    }
  }

  @Test
  void aHolderThatStandsStillLosesItsLockAndLearnsIt() {
    try (PublisherLock one = acquire("answers", "a")) {
      JdbcClient.create(DATABASE.dataSource())
          .sql("update publisher_lease set heartbeat_at = now() - interval '46 seconds'")
          .update();
      PublisherLock.endSilent(DATABASE.database(), run, "answers");

      assertThatThrownBy(one::beat).isInstanceOf(LockLostException.class);
      acquire("answers", "b").close();
    }
  }

  @Test
  void aRunThatWasPublishedCanBeDeleted() {
    acquire("answers", "a").close();
    new RunDeletion(DATABASE.dataSource()).delete(run.runId());
    assertThat(new RunStore(DATABASE.dataSource()).find(run.name())).isEmpty();
  }

  private PublisherLock acquire(String topic, String owner) {
    return PublisherLock.tryAcquire(DATABASE.database(), run, topic, owner).orElseThrow();
  }
}
