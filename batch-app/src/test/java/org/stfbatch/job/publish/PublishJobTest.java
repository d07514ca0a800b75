package org.stfbatch.job.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.AnswerTimings;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.JobPosition;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.KafkaOrigin;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.OutcomeStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.StoredFailure;
import org.stfbatch.db.StoredJob;
import org.stfbatch.db.TokenCounts;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.kafka.BrokerListener;
import org.stfbatch.kafka.TopicRecord;
import org.stfbatch.kafka.message.AnswerMessage;
import org.stfbatch.kafka.message.FailureMessage;
import org.stfbatch.kafka.message.JobIdentity;
import org.stfbatch.kafka.message.MessageException;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.message.MessageType;
import org.stfbatch.kafka.testing.TestBroker;
import org.stfbatch.testing.Topics;

@Timeout(60)
class PublishJobTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  private static final ModelIdentity MODEL =
      new ModelIdentity("fingerprint", "prumerge+:tokens=64", "int8");
  private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");

  private final StopSignal stop = new StopSignal();
  private Topics topics;
  private String topic;
  private Run run;
  private int stored;

  @BeforeEach
  void newTopicAndRun(TestInfo test) {
    topics = new Topics(BROKER.settings());
    topic = BROKER.topic(3);
    run = new RunStore(DATABASE.dataSource()).findOrCreate(test.getDisplayName());
  }

  @Test
  void answersAndFailuresArriveWithAllThatIsKnownOfThem() throws MessageException {
    NewImageJob asked =
        NewImageJob.toAnswer(
                "asked",
                OptionalLong.empty(),
                new ImagePrompt(
                    Optional.of("7"), Optional.of("cats"), Optional.of("a.png"), "What?"),
                JobSettings.DEFAULTS)
            .from(new KafkaOrigin(0, 1), Optional.of("trace 1"));
    NewImageJob failed =
        NewImageJob.toAnswer(
            "failed", OptionalLong.empty(), ImagePrompt.about("b.png", "Who?"), asked.settings());
    new ImageJobStore(DATABASE.dataSource()).insert(run.runId(), List.of(asked, failed));
    List<StoredJob> jobs = waiting();
    new OutcomeStore(DATABASE.dataSource())
        .write(
            run.runId(),
            List.of(answer(jobs.get(0).jobId(), "a cat \0 and \uD83D\uDE00")),
            List.of(
                new StoredFailure(
                    jobs.get(1).jobId(),
                    new JobFailure("image", "IMAGE_NOT_FOUND", "no b.png", 2),
                    NOON)));

    assertThat(publish().published()).isEqualTo(2);

    TopicRecord answer = record("asked");
    AnswerMessage message = AnswerMessage.parse(answer.value(), answer.headers());
    assertThat(message.job())
        .isEqualTo(
            new JobIdentity(
                "asked",
                run.name(),
                1,
                Optional.of("7"),
                Optional.of("cats"),
                Optional.of("a.png")));
    assertThat(message.prompt()).contains("What?");
    assertThat(message.text()).isEqualTo("a cat \0 and \uD83D\uDE00");
    assertThat(message.model()).isEqualTo(new AnswerMessage.Model("model", MODEL));
    assertThat(message.tokens()).isEqualTo(new AnswerMessage.Tokens(40, 144, 7));
    assertThat(message.answeredAt()).isEqualTo(NOON);
    assertThat(answer.headers().trace()).contains("trace 1");
    TopicRecord failure = record("failed");
    assertThat(MessageType.of(failure.headers())).contains(MessageType.FAILURE);
    FailureMessage reason = FailureMessage.parse(failure.value(), failure.headers());
    assertThat(reason.code()).isEqualTo("IMAGE_NOT_FOUND");
    assertThat(reason.attempts()).isEqualTo(2);
    assertThat(reason.job().sequence()).isEqualTo(2);
  }

  @Test
  void whatIsPublishedIsNotPublishedAgainAndWhatCameMeanwhileIs() {
    answer(2500);
    assertThat(publish().published()).isEqualTo(2500);
    assertThat(publish().published()).isZero();
    answer(10);
    assertThat(publish().published()).isEqualTo(10);

    assertThat(topics.keys(topic)).hasSize(2510).doesNotHaveDuplicates();
  }

  @Test
  void twoPublishersOfOneRunAtOnceStillGiveEachOutcomeOnce() {
    answer(6000);
    List<CompletableFuture<PublishJob>> both =
        IntStream.range(0, 2)
            .mapToObj(i -> CompletableFuture.supplyAsync(this::publishInSmallPages))
            .toList();

    List<String> complaints = new ArrayList<>();
    for (CompletableFuture<PublishJob> one : both) {
      try {
        one.join();
      } catch (CompletionException e) {
        complaints.add(e.getCause().getMessage());
      }
    }
    publish();

    assertThat(complaints)
        .hasSizeLessThan(2)
        .allSatisfy(line -> assertThat(line).contains(run.name(), topic, "another"));
    assertThat(topics.keys(topic)).hasSize(6000).doesNotHaveDuplicates();
  }

  @Test
  void aDatabaseThatIsBehindTheTopicIsRefused() {
    answer(5);
    publish();
    JdbcClient.create(DATABASE.dataSource())
        .sql("update outcome_counter set last_sequence = 3 where run_id = :run")
        .param("run", run.runId())
        .update();

    assertThatThrownBy(this::publish)
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("up to number 5")
        .hasMessageContaining("only up to 3")
        .hasMessageContaining("backup");
  }

  @Test
  void runsOfEqualNamesInTwoDatabasesDoNotMeet() {
    answer(3);
    publish();
    // Simulates a run of the same name in another database: only the uuid differs.
    JdbcClient.create(DATABASE.dataSource())
        .sql("update run set uuid = gen_random_uuid() where run_id = :run")
        .param("run", run.runId())
        .update();
    run = new RunStore(DATABASE.dataSource()).find(run.name()).orElseThrow();

    assertThat(publish().published()).isEqualTo(3);
  }

  @Test
  void followingPublishesWhatComesUntilStopped() {
    PublishJob job = job(new PublishSettings(topic, true, 100));
    CompletableFuture<Boolean> following = CompletableFuture.supplyAsync(() -> job.run(stop));
    answer(30);
    while (topics.keys(topic).size() < 30) {
      assertThat(following).isNotDone();
    }
    answer(30);
    while (topics.keys(topic).size() < 60) {
      assertThat(following).isNotDone();
    }

    stop.request("enough");

    assertThat(following.join()).isTrue();
    assertThat(job.published()).isEqualTo(60);
    assertThat(topics.keys(topic)).hasSize(60).doesNotHaveDuplicates();
  }

  @Test
  void whatIsTooLargeForTheTopicGoesThereShortenedAndHoldsUpNothing() throws Exception {
    topic = BROKER.newName();
    topics.createWith(BROKER.clientProperties(), topic, Map.of("max.message.bytes", "2000"));
    String id = "7".repeat(3000);
    String name = "\uD83D\uDE00".repeat(1 << 20);
    List<NewImageJob> asked =
        List.of(
            question("long answer", "a.png", "What?", Optional.of("7")),
            question("small", "a.png", "What?", Optional.of("8")),
            question("long failure", name, "What?", Optional.of(id)),
            question("long prompt", "a.png", "x".repeat(5000), Optional.of("9")));
    new ImageJobStore(DATABASE.dataSource()).insert(run.runId(), asked);
    Map<String, Long> jobs =
        waiting().stream().collect(Collectors.toMap(StoredJob::customId, StoredJob::jobId));
    new OutcomeStore(DATABASE.dataSource())
        .write(
            run.runId(),
            List.of(
                answer(jobs.get("long answer"), "a \uD83D\uDE00".repeat(1 << 20)),
                answer(jobs.get("small"), "yes"),
                answer(jobs.get("long prompt"), "no")),
            List.of(
                new StoredFailure(
                    jobs.get("long failure"),
                    new JobFailure("image", "IMAGE_NOT_FOUND", "no " + name, 1),
                    NOON)));

    assertThat(publish().published()).isEqualTo(4);

    AnswerMessage small = AnswerMessage.parse(record("small").value(), record("small").headers());
    assertThat(small.prompt()).contains("What?");
    assertThat(shortened("small")).isEmpty();
    AnswerMessage asks =
        AnswerMessage.parse(record("long prompt").value(), record("long prompt").headers());
    assertThat(asks.text()).isEqualTo("no");
    assertThat(shortened("long prompt")).contains("prompt");
    AnswerMessage cut =
        AnswerMessage.parse(record("long answer").value(), record("long answer").headers());
    assertThat(cut.text())
        .startsWith("a \uD83D\uDE00a ")
        .endsWith("[cut: " + (4 << 20) + " characters in all]");
    assertThat(cut.job().questionId()).contains("7");
    assertThat(shortened("long answer")).contains("prompt,text");
    FailureMessage failure =
        FailureMessage.parse(record("long failure").value(), record("long failure").headers());
    assertThat(failure.code()).isEqualTo("IMAGE_NOT_FOUND");
    assertThat(failure.message()).startsWith("no \uD83D\uDE00").contains(" [cut: ");
    assertThat(failure.job().questionId()).isEmpty();
    assertThat(shortened("long failure")).contains("message,question_id");
    assertThat(publish().published()).isZero();
  }

  private Optional<String> shortened(String key) {
    return record(key).headers().text(MessageHeaders.SHORTENED);
  }

  private static NewImageJob question(
      String customId, String image, String prompt, Optional<String> id) {
    return NewImageJob.toAnswer(
        customId,
        OptionalLong.empty(),
        new ImagePrompt(id, Optional.empty(), Optional.of(image), prompt),
        JobSettings.DEFAULTS);
  }

  private PublishJob publishInSmallPages() {
    PublishJob job = job(new PublishSettings(topic, false, 50));
    job.run(new StopSignal());
    return job;
  }

  private PublishJob publish() {
    PublishJob job = job(new PublishSettings(topic, false, PublishSettings.PAGE));
    job.run(stop);
    return job;
  }

  private PublishJob job(PublishSettings settings) {
    return new PublishJob(
        new BatchRuntime(DATABASE.dataSource()),
        run,
        settings,
        new KafkaConnection(BROKER.settings(), BrokerListener.logging()),
        Progress.none());
  }

  private void answer(int count) {
    new ImageJobStore(DATABASE.dataSource())
        .insert(
            run.runId(),
            IntStream.range(stored, stored + count)
                .mapToObj(
                    i ->
                        NewImageJob.toAnswer(
                            "job-" + i,
                            OptionalLong.empty(),
                            ImagePrompt.about("a.png", "What?"),
                            JobSettings.DEFAULTS))
                .toList());
    stored += count;
    new OutcomeStore(DATABASE.dataSource())
        .write(
            run.runId(),
            waiting().stream().map(job -> answer(job.jobId(), "yes")).toList(),
            List.of());
  }

  private List<StoredJob> waiting() {
    return new ImageJobStore(DATABASE.dataSource())
        .waitingAfter(run.runId(), JobPosition.START, 10_000);
  }

  private static StoredAnswer answer(long job, String text) {
    return new StoredAnswer(
        job,
        text,
        "eos",
        new TokenCounts(40, 144, 7),
        new AnswerTimings(0.25, 0.5, 1.5),
        "model",
        MODEL,
        NOON);
  }

  private TopicRecord record(String key) {
    return topics.read(topic).stream()
        .filter(record -> record.keyText().orElse("").equals(key))
        .findFirst()
        .orElseThrow();
  }
}
