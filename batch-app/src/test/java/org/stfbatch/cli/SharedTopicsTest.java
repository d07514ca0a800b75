package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.db.KafkaReaderStore;
import org.stfbatch.db.ReaderLock;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.RunTrigger;
import org.stfbatch.db.RunTriggerStore;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.kafka.message.RunTriggerMessage;
import org.stfbatch.kafka.testing.TestBroker;
import org.stfbatch.testing.Topics;

/** Several workers on a run with an input topic and an output topic. */
@Timeout(180)
class SharedTopicsTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  private static final int JOBS = 300;

  @TempDir private Path folder;
  private final List<ChildJvm> workers = new ArrayList<>();
  private Topics topics;
  private String jobs;
  private String triggers;
  private String answers;
  private String run;

  @BeforeEach
  void newTopics(TestInfo test) {
    topics = new Topics(BROKER.settings());
    jobs = BROKER.topic(3);
    triggers = BROKER.topic(1);
    answers = BROKER.topic(2);
    run = test.getTestMethod().orElseThrow().getName();
  }

  @AfterEach
  void stop() {
    workers.forEach(ChildJvm::close);
  }

  @Test
  void whoeverReadsTheTopicAndDiesEveryMessageHasOneOutcomeThatIsPublishedOnce() throws Exception {
    send(1, JOBS / 2);
    for (String name : List.of("one", "two", "three")) {
      workers.add(follow(name));
    }
    assertThat(workers.get(0).runsUntil(() -> answered() > JOBS / 10)).as(this::said).isTrue();

    String status = Cli.on(DATABASE.settings()).ok("status", "--run", run);
    assertThat(status).contains("worker one: cpu, ", "worker two: cpu, ", "worker three: cpu, ");

    ChildJvm reader = reading();
    reader.kill();
    workers.remove(reader);
    send(JOBS / 2 + 1, JOBS);

    assertThat(workers.get(0).runsUntil(() -> topics.keys(answers).size() == JOBS))
        .as(this::said)
        .isTrue();
    terminateAll();
    assertThat(topics.keys(answers)).hasSize(JOBS).doesNotHaveDuplicates();
    assertThat(status().answered()).isEqualTo(JOBS);
    assertThat(counted("select sum(jobs) from chunk_metric where run_id = :run")).isEqualTo(JOBS);
  }

  @Test
  void workersThatReadToTheEndPublishEachOutcomeOnce() throws Exception {
    send(1, JOBS);
    for (String name : List.of("one", "two")) {
      workers.add(infer(name, "--until-end"));
    }
    for (ChildJvm worker : workers) {
      assertThat(worker.exitCode()).as(worker::err).isZero();
    }
    assertThat(topics.keys(answers)).hasSize(JOBS).doesNotHaveDuplicates();
    assertThat(status().answered()).isEqualTo(JOBS);
  }

  @Test
  void listenersAnswerTheRunOfATriggerTogetherAndOneTakesOverFromAnother() throws Exception {
    Questions lines = new Questions();
    IntStream.range(0, JOBS).forEach(i -> lines.ask(i, null, "What is " + i + "?"));
    lines.writeTo(folder.resolve("q.jsonl"));
    for (String name : List.of("one", "two")) {
      workers.add(listen(name));
    }
    for (ChildJvm worker : workers) {
      assertThat(worker.runsUntil(() -> worker.err().contains("loaded in"))).isTrue();
    }
    ask("q.jsonl", OptionalLong.empty());
    assertThat(workers.get(0).runsUntil(() -> sharers() == 2)).as(this::said).isTrue();

    ChildJvm leader = workers.get(workers.get(0).err().contains("listening to topic") ? 0 : 1);
    leader.kill();
    workers.remove(leader);
    ask("q.jsonl", OptionalLong.of(5));

    assertThat(workers.get(0).runsUntil(() -> done() == 2)).as(this::said).isTrue();
    terminateAll();
    assertThat(topics.keys(answers)).hasSize(JOBS).doesNotHaveDuplicates();
    assertThat(status().answered()).isEqualTo(JOBS);
  }

  private void send(int first, int last) {
    topics.send(jobs, first, last, i -> Topics.job("job-" + i, "What is " + i + "?"));
  }

  private ChildJvm follow(String name) {
    return infer(name, "--follow");
  }

  private ChildJvm infer(String name, Object bound) {
    return start(
        name,
        "infer",
        "--run",
        run,
        "--source",
        "kafka",
        "--topic",
        jobs,
        "--publish-to",
        answers,
        bound);
  }

  private ChildJvm listen(String name) {
    return start(
        name, "listen", "--trigger-topic", triggers, "--publish-to", answers, "--folder", folder);
  }

  private ChildJvm start(String name, Object... command) {
    List<Object> all = new ArrayList<>(List.of("--kafka-config", BROKER.clientProperties()));
    all.addAll(List.of(command));
    all.addAll(List.of("--share", "--worker", name, "--chunk", 8, "--batch", 4));
    all.addAll(List.of("--model", Tiny.checkpoint(), "--vision-tower", Tiny.tower()));
    all.addAll(List.of("--max-new-tokens", 16));
    return ChildJvm.start(folder, DATABASE.settings(), all.toArray());
  }

  private void ask(String file, OptionalLong limit) {
    RunTriggerMessage message =
        new RunTriggerMessage(run, new RunTriggerMessage.Questions(file, Optional.empty()), limit);
    topics.send(triggers, List.of(Topics.trigger(message)));
  }

  /** Returns the worker that reads the topic now. */
  private ChildJvm reading() {
    KafkaReader reader =
        new KafkaReaderStore(DATABASE.dataSource()).findOrCreate("stf-batch", jobs);
    String owner = ReaderLock.holder(DATABASE.database(), reader).orElseThrow().owner();
    return workers.stream()
        .filter(worker -> owner.contains("process " + worker.pid() + " "))
        .findFirst()
        .orElseThrow();
  }

  private long sharers() {
    return find()
        .map(
            found -> counted("select count(distinct worker) from chunk_metric where run_id = :run"))
        .orElse(0L);
  }

  private long done() {
    return new RunTriggerStore(DATABASE.dataSource())
            .all(new KafkaReaderStore(DATABASE.dataSource()).findOrCreate("stf-batch", triggers))
            .stream()
            .filter(trigger -> trigger.state() == RunTrigger.State.DONE)
            .count();
  }

  private void terminateAll() throws InterruptedException {
    workers.forEach(ChildJvm::terminate);
    for (ChildJvm worker : workers) {
      assertThat(worker.exitCode()).as(worker::err).isZero();
      assertThat(worker.err()).doesNotContain("\tat ");
    }
  }

  private String said() {
    return workers.stream().map(ChildJvm::err).toList().toString();
  }

  private Optional<Run> find() {
    return new RunStore(DATABASE.dataSource()).find(run);
  }

  private RunStatus status() {
    return new RunStatusStore(DATABASE.dataSource()).status(find().orElseThrow());
  }

  private long answered() {
    return find().map(found -> status().answered()).orElse(0L);
  }

  private long counted(String sql) {
    return JdbcClient.create(DATABASE.dataSource())
        .sql(sql)
        .param("run", find().orElseThrow().runId())
        .query(Long.class)
        .single();
  }
}
