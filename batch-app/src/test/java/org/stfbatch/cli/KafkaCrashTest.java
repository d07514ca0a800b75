package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.Database;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.ExportStore;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.db.KafkaReaderStore;
import org.stfbatch.db.ReaderLock;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.embedded.EmbeddedDatabase;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.kafka.DeadLetter;
import org.stfbatch.kafka.DeadLetters;
import org.stfbatch.kafka.OutgoingRecord;
import org.stfbatch.kafka.TopicRecord;
import org.stfbatch.kafka.message.AnswerMessage;
import org.stfbatch.kafka.message.FailureMessage;
import org.stfbatch.kafka.message.MessageException;
import org.stfbatch.kafka.message.MessageType;
import org.stfbatch.testing.Topics;

/**
 * Kills the real program, the broker and the database while jobs flow from topic to topic. Short by
 * default; scripts/soak-kafka sets the system properties for a long run.
 */
class KafkaCrashTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int JOBS = Integer.getInteger("stfbatch.soak.jobs", 600);
  private static final int KILLS = Integer.getInteger("stfbatch.soak.kills", 3);
  private static final int BROKER_RESTARTS = Integer.getInteger("stfbatch.soak.restarts", 1);
  private static final int AWAY_SECONDS = Integer.getInteger("stfbatch.soak.away", 5);
  private static final long SEED = Long.getLong("stfbatch.soak.seed", 4);

  /** During an outage the waiting time matters, not the number of jobs. */
  private static final int AWAY_JOBS = Math.min(JOBS, 600);

  private static final int PARTITIONS = 6;
  private static final int POISON_EVERY = 20;
  private static final int LONGEST_LIFE_MICROS =
      Integer.getInteger("stfbatch.soak.life", 2500) * 1000;
  private static final String RUN = "crash";

  @TempDir private Path folder;
  private OwnBroker broker;
  private Topics topics;
  private int sent;

  @BeforeEach
  void startBroker() {
    broker = new OwnBroker(folder.resolve("home"));
    topics = new Topics(broker.settings());
    topics.create("jobs", PARTITIONS);
    topics.create("answers", PARTITIONS);
  }

  @AfterEach
  void stopBroker() {
    broker.close();
  }

  @Test
  void killedAtRandomMomentsEveryJobHasOneOutcomeAndEveryOutcomeIsPublishedOnce() throws Exception {
    Random random = new Random(SEED);
    int kills = 0;
    while (kills < KILLS) {
      // Always sends more than a process handles before it is killed.
      send((int) Math.min(JOBS, (long) JOBS * (kills + 3) / (KILLS + 2)));
      boolean restart = restartsBroker(kills);
      try (ChildJvm child = child(DATABASE.settings(), random.nextInt(3) > 0)) {
        assertThat(child.runsUntil(() -> isWorking())).as(child::err).isTrue();
        if (restart) {
          child.runsFor(random.nextInt(500_000));
          broker.kill();
          child.runsFor(random.nextInt(1_000_000));
          broker.startAgain();
        }
        boolean ended = !child.runsUntil(lifetime(random.nextInt(LONGEST_LIFE_MICROS)));
        child.kill();
        kills += ended ? 0 : 1;
      }
      System.out.printf(
          "%s: %d of %d jobs stored, %d published%n",
          restart ? "broker restarted, kill " + kills : "kill " + kills,
          done(DATABASE.database()),
          JOBS,
          published());
      await(() -> !isWorking());
    }
    send(JOBS);
    try (ChildJvm last = child(DATABASE.settings(), false)) {
      assertThat(last.exitCode()).as(last::err).isZero();
    }

    verify(DATABASE.database(), JOBS);
    assertThat(topics.read(DeadLetters.topicOf("jobs")))
        .hasSize(JOBS / POISON_EVERY)
        .allSatisfy(letter -> assertThat(letter.headers().text(DeadLetter.REASON)).isNotEmpty())
        .doesNotHaveDuplicates();
  }

  @Test
  void theWayFromTopicToTopicWaitsForTheBrokerAndForTheDatabase() throws Exception {
    EmbeddedDatabase server = new EmbeddedDatabase(folder.resolve("database"));
    try (EmbeddedDatabase.Session session = server.open();
        Database database = Database.open(session.settings());
        ChildJvm child = child(session.settings(), true)) {
      send(AWAY_JOBS / 3);
      assertThat(child.runsUntil(() -> done(database) > AWAY_JOBS / 12)).as(child::err).isTrue();
      broker.kill();
      assertThat(child.runsUntil(() -> says(child, "Kafka broker at"))).as(child::err).isTrue();
      child.runsFor(TimeUnit.SECONDS.toMicros(AWAY_SECONDS));
      broker.startAgain();
      send(2 * AWAY_JOBS / 3);
      assertThat(child.runsUntil(() -> says(child, "Kafka broker answers again")))
          .as(child::err)
          .isTrue();

      assertThat(child.runsUntil(() -> done(database) > AWAY_JOBS / 2)).as(child::err).isTrue();
      kill(server);
      assertThat(child.runsUntil(() -> says(child, "the database at"))).as(child::err).isTrue();
      child.runsFor(TimeUnit.SECONDS.toMicros(AWAY_SECONDS));
      session.revive();
      assertThat(child.runsUntil(() -> says(child, "the database answers again")))
          .as(child::err)
          .isTrue();
      database.reconnect();
      send(AWAY_JOBS);
      assertThat(child.runsUntil(() -> published() == AWAY_JOBS)).as(child::err).isTrue();
      child.terminate();

      assertThat(child.exitCode()).as(child::err).isZero();
      assertThat(child.err()).doesNotContain("\tat ");
      verify(database, AWAY_JOBS);
    }
  }

  private static boolean restartsBroker(int kills) {
    int every = KILLS / (BROKER_RESTARTS + 1);
    return kills > 0
        && kills % Math.max(1, every) == 0
        && kills / Math.max(1, every) <= BROKER_RESTARTS;
  }

  private static BooleanSupplier lifetime(long micros) {
    long end = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(micros);
    return () -> System.nanoTime() > end;
  }

  private ChildJvm child(DatabaseSettings database, boolean follow) {
    List<Object> command =
        new ArrayList<>(
            List.of(
                "--kafka-config",
                broker.clientProperties(),
                "infer",
                "--run",
                RUN,
                "--source",
                "kafka",
                "--topic",
                "jobs",
                "--publish-to",
                "answers",
                "--model",
                Tiny.checkpoint(),
                "--vision-tower",
                Tiny.tower(),
                "--max-new-tokens",
                6,
                "--chunk",
                16));
    if (follow) {
      command.add("--follow");
    }
    return ChildJvm.start(folder, database, command.toArray());
  }

  /** Sends messages up to a number; one in twenty is unusable. */
  private void send(int upTo) {
    if (sent < upTo) {
      topics.send("jobs", sent + 1, upTo, KafkaCrashTest::message);
      sent = upTo;
    }
  }

  private static OutgoingRecord message(int i) {
    if (i % POISON_EVERY != 0) {
      return Topics.job("job-" + i, "What is the meaning of number " + i + "?");
    }
    return i % (2 * POISON_EVERY) == 0
        ? Topics.raw("bad-" + i, "number " + i + " is no JSON")
        : Topics.raw("bad-" + i, "{\"custom_id\":\"job-" + i + "\"}");
  }

  private void verify(Database database, int jobs) throws MessageException {
    RunStatus status = status(database);
    assertThat(status.jobs()).isEqualTo(jobs);
    assertThat(status.waiting()).isZero();
    assertThat(status.failed()).isEqualTo(jobs / POISON_EVERY);
    Map<String, String> stored = new HashMap<>();
    new ExportStore(database.dataSource())
        .forEach(run(database).runId(), row -> stored.put(row.customId(), outcome(row)));
    List<TopicRecord> published = topics.read("answers");
    assertThat(published.stream().map(record -> record.keyText().orElseThrow()))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(stored.keySet());
    for (TopicRecord record : published) {
      assertThat(outcome(record)).isEqualTo(stored.get(record.keyText().orElseThrow()));
    }
    KafkaReader reader =
        new KafkaReaderStore(database.dataSource()).findOrCreate("stf-batch", "jobs");
    assertThat(new KafkaReaderStore(database.dataSource()).positions(reader)).hasSize(PARTITIONS);
  }

  private static String outcome(ExportRow row) {
    return row.answer()
        .map(answer -> "answer " + answer.text())
        .orElseGet(() -> "failure " + row.failure().orElseThrow().failure().code());
  }

  private static String outcome(TopicRecord record) throws MessageException {
    return MessageType.of(record.headers()).orElseThrow() == MessageType.ANSWER
        ? "answer " + AnswerMessage.parse(record.value(), record.headers()).text()
        : "failure " + FailureMessage.parse(record.value(), record.headers()).code();
  }

  private boolean isWorking() {
    Run run = new RunStore(DATABASE.dataSource()).findOrCreate(RUN);
    KafkaReader reader =
        new KafkaReaderStore(DATABASE.dataSource()).findOrCreate("stf-batch", "jobs");
    return RunLock.holder(DATABASE.database(), run.runId()).isPresent()
        || ReaderLock.holder(DATABASE.database(), reader).isPresent();
  }

  private int published() {
    return topics.read("answers").size();
  }

  private static long done(Database database) {
    RunStatus status = status(database);
    return status.answered() + status.failed();
  }

  private static RunStatus status(Database database) {
    return new RunStatusStore(database.dataSource()).status(run(database));
  }

  private static Run run(Database database) {
    return new RunStore(database.dataSource()).findOrCreate(RUN);
  }

  private static void kill(EmbeddedDatabase server) {
    ProcessHandle postmaster = ProcessHandle.of(server.status().pid().orElseThrow()).orElseThrow();
    postmaster.destroyForcibly();
    postmaster.onExit().join();
  }

  private static boolean says(ChildJvm child, String text) {
    return child.err().contains(text);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }
}
