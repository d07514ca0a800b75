package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.KafkaReaderStore;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.RunTrigger;
import org.stfbatch.db.RunTrigger.State;
import org.stfbatch.db.RunTriggerStore;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.kafka.DeadLetters;
import org.stfbatch.kafka.message.RunTriggerMessage;
import org.stfbatch.kafka.testing.TestBroker;
import org.stfbatch.testing.AnsweredRun;
import org.stfbatch.testing.Topics;

/** The listener in a child process: which messages start runs, and recovery after a kill. */
@Timeout(120)
class ListenTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  @TempDir private Path folder;
  private Topics topics;
  private String triggers;
  private String jobs;
  private String answers;
  private String name;

  @BeforeEach
  void newTopics(TestInfo test) {
    topics = new Topics(BROKER.settings());
    triggers = BROKER.topic(1);
    jobs = BROKER.topic(2);
    answers = BROKER.topic(2);
    name = test.getTestMethod().orElseThrow().getName();
  }

  @Test
  void everyTriggerIsCarriedOutOnceAndOneThatCannotBeDoesNotStopTheOthers() throws Exception {
    questions(5);
    topics.send(jobs, 1, 7, i -> Topics.job("job-" + i, "What is " + i + "?"));
    ask(new RunTriggerMessage(name + " missing", questions("none.jsonl"), OptionalLong.empty()));
    topics.send(triggers, List.of(Topics.raw("bad", "no JSON")));
    ask(new RunTriggerMessage(name + " file", questions("q.jsonl"), OptionalLong.empty()));
    ask(new RunTriggerMessage(name + " slice", slice(4), OptionalLong.empty()));
    ask(new RunTriggerMessage(name + " slice", slice(2), OptionalLong.of(1)));
    ask(
        new RunTriggerMessage(
            name + " slice", new RunTriggerMessage.ExistingRun(), OptionalLong.empty()));
    ask(
        new RunTriggerMessage(
            name + " nowhere", new RunTriggerMessage.ExistingRun(), OptionalLong.empty()));

    try (ChildJvm child = listen("--health-port", 0)) {
      assertThat(child.runsUntil(() -> all().size() == 7 && unfinished() == 0))
          .as(child::err)
          .isTrue();
      assertThat(child.get("/health").statusCode()).isEqualTo(200);
      assertThat(child.get("/health").body()).contains("waiting for triggers");
      assertThat(child.get("/ready").statusCode()).isEqualTo(200);
      child.terminate();
      assertThat(child.exitCode()).as(child::err).isZero();
      assertThat(child.err()).doesNotContain("\tat ");
    }

    assertThat(all())
        .extracting(RunTrigger::state)
        .containsExactly(
            State.FAILED,
            State.FAILED,
            State.DONE,
            State.DONE,
            State.DONE,
            State.DONE,
            State.FAILED);
    assertThat(all().get(0).error().orElseThrow()).contains("none.jsonl", "cannot be read");
    assertThat(all().get(6).error().orElseThrow()).contains("there is no run");
    assertThat(topics.read(DeadLetters.topicOf(triggers))).hasSize(1);
    assertThat(status(" file").answered()).isEqualTo(5);
    assertThat(status(" slice").answered()).isEqualTo(6);
    assertThat(topics.keys(answers)).hasSize(11).doesNotHaveDuplicates();

    try (ChildJvm again = listen()) {
      assertThat(again.runsUntil(() -> again.err().contains("listening to topic"))).isTrue();
      again.runsFor(1_000_000);
      again.terminate();
      assertThat(again.exitCode()).as(again::err).isZero();
      assertThat(again.err()).doesNotContain("begun");
    }
    assertThat(topics.keys(answers)).hasSize(11);
  }

  @Test
  void aKilledListenerGoesOnWithTheRunThatWasBegun() throws Exception {
    questions(400);
    ask(new RunTriggerMessage(name, questions("q.jsonl"), OptionalLong.empty()));
    ask(new RunTriggerMessage(name + " next", slice(3), OptionalLong.empty()));
    try (ChildJvm child = listen()) {
      assertThat(child.runsUntil(() -> answered() > 20)).as(child::err).isTrue();
      child.kill();
    }
    assertThat(status("").waiting()).isPositive();
    assertThat(all().get(0).state()).isEqualTo(State.RUNNING);
    topics.send(jobs, 1, 3, i -> Topics.job("job-" + i, "What is " + i + "?"));

    try (ChildJvm child = listen()) {
      assertThat(child.runsUntil(() -> unfinished() == 0)).as(child::err).isTrue();
      child.terminate();
      assertThat(child.exitCode()).as(child::err).isZero();
    }

    assertThat(all()).extracting(RunTrigger::state).containsOnly(State.DONE);
    assertThat(status("").answered()).isEqualTo(400);
    assertThat(topics.keys(answers)).hasSize(403).doesNotHaveDuplicates();
  }

  /** Each trigger would wait for ever, or read what its author may not. */
  @Test
  void triggersThatAskForTooMuchFailAndThoseBehindThemAreCarriedOut() throws Exception {
    questions(2);
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.copy(folder.resolve("q.jsonl"), elsewhere.resolve("far.jsonl"));
    Path below = Files.createDirectory(folder.resolve("below"));
    Files.copy(folder.resolve("q.jsonl"), below.resolve("near.jsonl"));
    Files.createSymbolicLink(below.resolve("link.jsonl"), elsewhere.resolve("far.jsonl"));
    Files.createSymbolicLink(below.resolve("out"), Path.of("/"));
    Path allowed = Files.createDirectory(folder.resolve("allowed"));
    Files.copy(folder.resolve("q.jsonl"), allowed.resolve("q.jsonl"));
    assertThat(new ProcessBuilder("mkfifo", below.resolve("pipe").toString()).start().waitFor())
        .isZero();
    topics.send(jobs, 1, 3, i -> Topics.job("job-" + i, "What is " + i + "?"));
    List<String> refused =
        List.of(
            "\"topic\": {\"name\": \"%s\", \"untill_end\": true, \"max_jobs\": 100}"
                .formatted(jobs),
            "\"questions\": {\"file\": \"%s\"}".formatted(elsewhere.resolve("far.jsonl")),
            "\"questions\": {\"file\": \"../elsewhere/far.jsonl\"}",
            "\"questions\": {\"file\": \"link.jsonl\"}",
            "\"questions\": {\"file\": \"near.jsonl\", \"images\": \"/root\"}",
            "\"questions\": {\"file\": \"near.jsonl\", \"images\": \"out/root\"}",
            "\"questions\": {\"file\": \"pipe\"}",
            "\"topic\": {\"name\": \"%s\", \"max_jobs\": 100}, \"time_limit_seconds\": 2"
                .formatted(jobs),
            "\"topic\": {\"name\": \"%s\", \"until_end\": true}".formatted(jobs));
    AnsweredRun.store(DATABASE.dataSource(), name + " refused 8", "prumerge");
    for (int i = 0; i < refused.size(); i++) {
      String request = "{\"run\": \"%s refused %d\", %s}".formatted(name, i, refused.get(i));
      topics.send(triggers, List.of(Topics.raw("refused", request)));
    }
    ask(new RunTriggerMessage(name + " near", questions("near.jsonl"), OptionalLong.empty()));
    ask(
        new RunTriggerMessage(
            name + " allowed",
            questions(allowed.resolve("q.jsonl").toString()),
            OptionalLong.empty()));

    try (ChildJvm child = listen("--folder", below, "--allow-folder", allowed)) {
      assertThat(child.runsUntil(() -> all().size() == 11 && unfinished() == 0))
          .as(child::err)
          .isTrue();
      child.terminate();
      assertThat(child.exitCode()).as(child::err).isZero();
    }

    assertThat(all()).extracting(RunTrigger::state).endsWith(State.DONE, State.DONE);
    List<String> errors = all().stream().flatMap(trigger -> trigger.error().stream()).toList();
    assertThat(errors).hasSize(refused.size());
    assertThat(errors.get(0)).contains("topic.untill_end", "until_end");
    assertThat(errors.get(1)).contains("far.jsonl", "--allow-folder");
    assertThat(errors.get(2)).contains("leads out of " + below);
    assertThat(errors.get(3)).contains("link.jsonl", "link that leads out");
    assertThat(errors.get(4)).contains("/root", "--allow-folder");
    assertThat(errors.get(5))
        .contains("out/root")
        .containsAnyOf("link that leads out", "not there");
    assertThat(errors.get(6)).contains("pipe", "cannot be read");
    assertThat(errors.get(7)).contains("time limit of 2 s", "is kept");
    assertThat(errors.get(8)).contains("compression prumerge, ", "compression none, ", "--run");
    assertThat(status(" refused 8").jobs()).isEqualTo(1);
    assertThat(status(" allowed").answered()).isEqualTo(2);
  }

  @Test
  void imagesOfThisMachinesNetworkAreNotFetchedForATriggerAndNothingAnsweredIsAFailure()
      throws Exception {
    new Questions()
        .ask(1, "http://127.0.0.1:9/a.png", "What is it?")
        .writeTo(folder.resolve("q.jsonl"));
    ask(new RunTriggerMessage(name, questions("q.jsonl"), OptionalLong.empty()));
    try (ChildJvm child = listen()) {
      assertThat(child.runsUntil(() -> all().size() == 1 && unfinished() == 0))
          .as(child::err)
          .isTrue();
      child.terminate();
      assertThat(child.exitCode()).as(child::err).isZero();
    }
    assertThat(all().get(0).state()).isEqualTo(State.FAILED);
    assertThat(all().get(0).error().orElseThrow())
        .contains("0 answers and 1 failures: everything failed", name);
    assertThat(status("").failures()).isEqualTo(Map.of("IMAGE_ADDRESS", 1L));
  }

  private ChildJvm listen(Object... more) {
    List<Object> command =
        new ArrayList<>(
            List.of(
                "--kafka-config",
                BROKER.clientProperties(),
                "listen",
                "--trigger-topic",
                triggers,
                "--publish-to",
                answers,
                "--model",
                Tiny.checkpoint(),
                "--vision-tower",
                Tiny.tower(),
                "--max-new-tokens",
                8,
                "--chunk",
                8));
    command.addAll(List.of(more));
    if (!command.contains("--folder")) {
      command.addAll(List.of("--folder", folder));
    }
    return ChildJvm.start(folder, DATABASE.settings(), command.toArray());
  }

  private void questions(int count) throws IOException {
    Questions lines = new Questions();
    IntStream.range(0, count).forEach(i -> lines.ask(i, null, "What is " + i + "?"));
    lines.writeTo(folder.resolve("q.jsonl"));
  }

  private static RunTriggerMessage.Questions questions(String file) {
    return new RunTriggerMessage.Questions(file, Optional.empty());
  }

  private RunTriggerMessage.TopicSlice slice(int most) {
    return new RunTriggerMessage.TopicSlice(jobs, true, OptionalLong.of(most));
  }

  private void ask(RunTriggerMessage message) {
    topics.send(triggers, List.of(Topics.trigger(message)));
  }

  private List<RunTrigger> all() {
    return new RunTriggerStore(DATABASE.dataSource())
        .all(new KafkaReaderStore(DATABASE.dataSource()).findOrCreate("stf-batch", triggers));
  }

  private long unfinished() {
    return all().stream()
        .filter(trigger -> trigger.state() == State.WAITING || trigger.state() == State.RUNNING)
        .count();
  }

  private long answered() {
    return new RunStore(DATABASE.dataSource())
        .find(name)
        .map(run -> new RunStatusStore(DATABASE.dataSource()).status(run).answered())
        .orElse(0L);
  }

  private RunStatus status(String suffix) {
    return new RunStatusStore(DATABASE.dataSource())
        .status(new RunStore(DATABASE.dataSource()).find(name + suffix).orElseThrow());
  }
}
