package org.stfbatch.job.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.ExportStore;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.KafkaReaderStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.job.AllowedFolders;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.kafka.BrokerListener;
import org.stfbatch.kafka.DeadLetter;
import org.stfbatch.kafka.DeadLetters;
import org.stfbatch.kafka.ReadBound;
import org.stfbatch.kafka.TopicAdmin;
import org.stfbatch.kafka.TopicReader;
import org.stfbatch.kafka.TopicRequest;
import org.stfbatch.kafka.testing.TestBroker;
import org.stfbatch.testing.Topics;

@Timeout(60)
class IntakeJobTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  private final StopSignal stop = new StopSignal();
  private Topics topics;
  private String topic;
  private Run run;

  @BeforeEach
  void newTopicAndRun(TestInfo test) {
    topics = new Topics(BROKER.settings());
    topic = BROKER.topic(3);
    run = new RunStore(DATABASE.dataSource()).findOrCreate(test.getDisplayName());
  }

  @AfterEach
  void mend() {
    JdbcClient.create(DATABASE.dataSource())
        .sql("drop trigger if exists refuse on kafka_position")
        .update();
  }

  @Test
  void everyMessageBecomesAJobOnceHoweverOftenItIsTakenIn() {
    send(1, 2500);

    assertThat(intake()).isEqualTo(new IntakeResult(2500, 2500, 0, 0, 0, false));
    assertThat(intake()).isEqualTo(IntakeResult.NOTHING);
    send(2501, 2600);
    assertThat(intake()).isEqualTo(new IntakeResult(100, 100, 0, 0, 0, false));

    assertThat(customIds(run)).hasSize(2600).doesNotHaveDuplicates();
    assertThat(lag()).isZero();
  }

  @Test
  void jobsKeepAllThatTheirMessagesSay() {
    String value =
        """
        {"custom_id":"all","image":{"path":"a/b.png"},"prompt":"Who?","max_new_tokens":3,
         "temperature":0.5,"top_p":0.9,"seed":7,"stop":["x"],"question_id":12.0,
         "repetition_penalty":1.1,"no_repeat_ngram_size":3,"presence_penalty":-2,
         "frequency_penalty":0.5,"category":"people","unknown":{"deep":[1]}}
        """;
    topics.send(
        topic,
        List.of(
            Topics.raw("all", value),
            Topics.job("traced", "What?", Optional.empty(), Optional.of("trace 7"))));

    intake();

    Map<String, Object> row =
        JdbcClient.create(DATABASE.dataSource())
            .sql(
                """
                select image_ref, prompt, max_new_tokens, temperature, top_p, seed,
                  repetition_penalty, no_repeat_ngram_size, presence_penalty, frequency_penalty,
                  stop::text as stop, question_id, category, kind, location, image_root,
                  kafka_partition >= 0 and kafka_offset >= 0 as placed
                from image_job join job_source using (source_id) where custom_id = 'all'
                """)
            .query()
            .singleRow();
    assertThat(row)
        .containsEntry("image_ref", "a/b.png")
        .containsEntry("prompt", "Who?")
        .containsEntry("max_new_tokens", 3)
        .containsEntry("temperature", 0.5)
        .containsEntry("top_p", 0.9)
        .containsEntry("seed", 7L)
        .containsEntry("stop", "{x}")
        .containsEntry("repetition_penalty", 1.1)
        .containsEntry("no_repeat_ngram_size", 3)
        .containsEntry("presence_penalty", -2.0)
        .containsEntry("frequency_penalty", 0.5)
        .containsEntry("question_id", "12.0")
        .containsEntry("category", "people")
        .containsEntry("kind", "kafka")
        .containsEntry("location", topic)
        .containsEntry("image_root", Path.of("").toAbsolutePath().toString())
        .containsEntry("placed", true);
    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql("select trace_id from image_job where custom_id = 'traced'")
                .query(String.class)
                .single())
        .isEqualTo("trace 7");
  }

  @Test
  void messagesThatCannotBeUsedAreSetAsideWithReasonsAndDoNotStopTheOthers() {
    topics.send(
        topic,
        List.of(
            Topics.job("good 1", "What?"),
            Topics.raw("bad 1", "no JSON"),
            Topics.raw("bad 2", "{\"custom_id\":\"no prompt\"}"),
            Topics.raw("bad 3", "{\"custom_id\":\"wrong\",\"prompt\":7}"),
            Topics.job("blank run", "What?", Optional.of(" "), Optional.empty()),
            Topics.job("good 2", "What?")));

    IntakeResult result = intake();

    assertThat(result.unusable()).isEqualTo(4);
    assertThat(result.added()).isEqualTo(6);
    assertThat(topics.read(DeadLetters.topicOf(topic)))
        .hasSize(4)
        .allSatisfy(letter -> assertThat(letter.headers().text(DeadLetter.REASON)).isNotEmpty());
    assertThat(failures())
        .containsEntry("no prompt", "MESSAGE_FIELD_MISSING")
        .containsEntry("wrong", "MESSAGE_FIELD_INVALID")
        .containsEntry("blank run", "MESSAGE_FIELD_INVALID")
        .hasSize(4)
        .anySatisfy(
            (customId, code) -> {
              assertThat(customId).startsWith(topic + "/");
              assertThat(code).isEqualTo("MESSAGE_JSON");
            });
  }

  @Test
  void aMessageGoesToTheRunItNamesAndOneThatIsThereAlreadyChangesNothing() {
    topics.send(
        topic,
        List.of(
            Topics.job("a", "first"),
            Topics.job("a", "again"),
            Topics.job("a", "elsewhere", Optional.of("named run"), Optional.empty())));

    IntakeResult result = intake();

    Run named = new RunStore(DATABASE.dataSource()).find("named run").orElseThrow();
    assertThat(result).isEqualTo(new IntakeResult(3, 2, 1, 1, 0, false));
    assertThat(jobs(run)).extracting(job -> job.prompt().text()).containsExactly("first");
    assertThat(jobs(named)).extracting(job -> job.prompt().text()).containsExactly("elsewhere");
  }

  @Test
  void absolutePathsOfImagesAreTakenBelowAllowedFoldersOnly() {
    AllowedFolders folders = new AllowedFolders(Path.of("/base"), List.of(Path.of("/far/away")));
    for (String path : List.of("near.png", "/base/in.png", "/far/away/a/b.png", "/far/c.png")) {
      topics.send(
          topic,
          List.of(
              Topics.raw(
                  path,
                  "{\"custom_id\":\"%1$s\",\"prompt\":\"p\",\"image\":{\"path\":\"%1$s\"}}"
                      .formatted(path))));
    }
    IntakeSettings settings =
        new IntakeSettings(
            folders, ReadBound.untilEnd(), OptionalLong.empty(), false, IntakeSettings.CHUNK);

    assertThat(job(settings, "group").run(stop)).isEqualTo(new IntakeResult(4, 4, 0, 0, 1, false));

    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql(
                    """
                    select custom_id || ' ' || image_root || ' ' || coalesce(image_ref, 'none')
                    from image_job join job_source using (source_id) where image_job.run_id = :run
                    """)
                .param("run", run.runId())
                .query(String.class)
                .list())
        .containsExactlyInAnyOrder(
            "near.png /base near.png",
            "/base/in.png /base in.png",
            "/far/away/a/b.png /far/away a/b.png",
            "/far/c.png /base none");
    assertThat(topics.read(DeadLetters.topicOf(topic)).get(0).headers().text(DeadLetter.REASON))
        .hasValueSatisfying(reason -> assertThat(reason).contains("/far/c.png", "--allow-folder"));
  }

  @Test
  void anErrorOfTheReadingThreadReachesTheStep() {
    TopicReader reader =
        new TopicReader(
            BROKER.settings(),
            TopicRequest.of(topic, ReadBound.follow()),
            BrokerListener.logging());
    try (MessageFeed feed =
        new MessageFeed(
            reader,
            "group",
            10,
            Long.MAX_VALUE,
            opened -> {
              throw new OutOfMemoryError("made for the test");
            })) {
      assertThatThrownBy(() -> readAll(feed))
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessage("made for the test");
      assertThat(feed.isOver()).isTrue();
    }
  }

  @Test
  void batchesAreBoundedByBytesToo() throws Exception {
    topics.send(topic, 1, 7, i -> Topics.job("large-" + i, "x".repeat(3 << 20)));
    TopicRequest request = TopicRequest.of(topic, ReadBound.untilEnd());
    RunTargets targets =
        new RunTargets(
            new RunStore(DATABASE.dataSource()),
            new ImageJobStore(DATABASE.dataSource()),
            topic,
            new AllowedFolders(Path.of(""), List.of()),
            run);
    List<MessageBatch> batches;
    try (MessageFeed feed =
        new MessageFeed(
            new TopicReader(BROKER.settings(), request, BrokerListener.logging()),
            "group",
            1000,
            Long.MAX_VALUE,
            opened ->
                new MessageFeed.Session(new JobMessages(topic, targets), opened.positions()))) {
      batches = readAll(feed);
    }
    assertThat(batches).allMatch(batch -> batch.messages() <= 3 && batch.bytes() < 12 << 20);
    assertThat(batches.stream().mapToInt(MessageBatch::messages).sum()).isEqualTo(7);
    try (TopicAdmin admin = new TopicAdmin(BROKER.settings(), BrokerListener.logging())) {
      assertThat(batches.get(batches.size() - 1).positions())
          .containsExactlyInAnyOrderEntriesOf(admin.find(topic).orElseThrow().ends());
    }
  }

  private static List<MessageBatch> readAll(MessageFeed feed) throws InterruptedException {
    List<MessageBatch> batches = new ArrayList<>();
    while (!feed.isOver()) {
      feed.poll().ifPresent(batches::add);
    }
    return batches;
  }

  /**
   * The database refuses the first batch at its end, when its dead letters have already been sent.
   */
  @Test
  void whatIsRolledBackIsTakenInAgainAndItsDeadLettersAreNotDoubled() {
    topics.send(topic, List.of(Topics.job("good", "What?"), Topics.raw("bad", "no JSON")));
    refusePositions();

    assertThatThrownBy(this::intake)
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("refused");
    assertThat(customIds(run)).isEmpty();

    mend();
    assertThat(intake()).isEqualTo(new IntakeResult(2, 2, 0, 0, 1, false));
    assertThat(topics.read(DeadLetters.topicOf(topic))).hasSize(1);
  }

  @Test
  void aLimitLeavesTheRestForTheNextRun() {
    send(1, 50);
    IntakeSettings seven =
        new IntakeSettings(
            new AllowedFolders(Path.of(""), List.of()),
            ReadBound.untilEnd(),
            OptionalLong.of(7),
            false,
            IntakeSettings.CHUNK);

    assertThat(job(seven, "group").run(stop).read()).isEqualTo(7);
    Run next = new RunStore(DATABASE.dataSource()).findOrCreate("next " + run.name());
    assertThat(
            new IntakeJob(
                    new BatchRuntime(DATABASE.dataSource()),
                    next,
                    untilEnd(),
                    positions("group"),
                    kafka(),
                    Progress.none())
                .run(stop)
                .read())
        .isEqualTo(43);
    assertThat(Stream.concat(customIds(run).stream(), customIds(next).stream()))
        .hasSize(50)
        .doesNotHaveDuplicates();
  }

  @Test
  void groupsReadIndependentlyAndEachTellsTheBrokerHowFarItIs() {
    send(1, 20);
    intake();

    IntakeResult other = job(untilEnd(), "other group").run(stop);

    assertThat(other).isEqualTo(new IntakeResult(20, 0, 20, 0, 0, false));
    try (TopicAdmin admin = new TopicAdmin(BROKER.settings(), BrokerListener.logging())) {
      Map<Integer, Long> ends = admin.find(topic).orElseThrow().ends();
      await(() -> admin.groupOffsets("group", topic).equals(ends));
      await(() -> admin.groupOffsets("other group", topic).equals(ends));
    }
  }

  @Test
  void anotherTopicOfTheSameNameIsRefusedUntilToldToBeginWithIt() {
    send(1, 5);
    intake();
    String other = BROKER.topic(3);
    topics.send(other, List.of(Topics.job("new", "What?")));
    JdbcClient.create(DATABASE.dataSource())
        .sql("update kafka_reader set topic = :other where topic = :topic")
        .param("other", other)
        .param("topic", topic)
        .update();
    topic = other;

    assertThatThrownBy(this::intake)
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("topic " + other)
        .hasMessageContaining("--from earliest");

    positions("group").reset(TopicStart.EARLIEST, kafka(), stop);
    assertThat(intake().added()).isEqualTo(1);
  }

  @Test
  void readingCanBeginBehindTheLastMessageAndAgainAtTheFirst() {
    send(1, 10);
    positions("group").reset(TopicStart.LATEST, kafka(), stop);
    assertThat(intake().read()).isZero();
    send(11, 12);
    assertThat(customIdsAfterIntake()).containsExactlyInAnyOrder("job-11", "job-12");

    positions("group").reset(TopicStart.EARLIEST, kafka(), stop);
    assertThat(intake()).isEqualTo(new IntakeResult(12, 10, 2, 0, 0, false));
  }

  @Test
  void followingTakesWhatComesUntilStopped() {
    IntakeSettings follow =
        new IntakeSettings(
            new AllowedFolders(Path.of(""), List.of()),
            ReadBound.follow(),
            OptionalLong.empty(),
            false,
            IntakeSettings.CHUNK);
    CompletableFuture<IntakeResult> following =
        CompletableFuture.supplyAsync(() -> job(follow, "group").run(stop));
    send(1, 3);
    await(() -> customIds(run).size() == 3);
    send(4, 9);
    await(() -> customIds(run).size() == 9);
    assertThat(following).isNotDone();

    stop.request("enough");

    assertThat(following.join()).isEqualTo(new IntakeResult(9, 9, 0, 0, 0, true));
    assertThat(intake().read()).isZero();
  }

  /** A process that has lost the reader's lock without detecting it must not store anything. */
  @Test
  void ofTwoThatReadTheSameMessagesOneStoresThem() {
    send(1, 10);
    List<CompletableFuture<IntakeResult>> other = new ArrayList<>();
    IntakeJob first =
        new IntakeJob(
            new BatchRuntime(DATABASE.dataSource()),
            run,
            untilEnd(),
            positions("group"),
            kafka(),
            step -> {
              other.add(CompletableFuture.supplyAsync(this::intake));
              await(IntakeJobTest::someoneWaitsForALock);
            });

    assertThat(first.run(stop).added()).isEqualTo(10);

    assertThatThrownBy(() -> other.get(0).join())
        .cause()
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("read further by another process");
    assertThat(customIds(run)).hasSize(10);
    assertThat(intake().read()).isZero();
  }

  private static boolean someoneWaitsForALock() {
    return JdbcClient.create(DATABASE.dataSource())
            .sql(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'
                """)
            .query(Integer.class)
            .single()
        > 0;
  }

  private List<String> customIdsAfterIntake() {
    intake();
    return customIds(run);
  }

  private IntakeResult intake() {
    return job(untilEnd(), "group").run(stop);
  }

  private IntakeJob job(IntakeSettings settings, String group) {
    return new IntakeJob(
        new BatchRuntime(DATABASE.dataSource()),
        run,
        settings,
        positions(group),
        kafka(),
        Progress.none());
  }

  private TopicPositions positions(String group) {
    return new TopicPositions(DATABASE.dataSource(), group, topic);
  }

  private static IntakeSettings untilEnd() {
    return new IntakeSettings(
        new AllowedFolders(Path.of(""), List.of()),
        ReadBound.untilEnd(),
        OptionalLong.empty(),
        false,
        IntakeSettings.CHUNK);
  }

  private static KafkaConnection kafka() {
    return new KafkaConnection(BROKER.settings(), BrokerListener.logging());
  }

  private void send(int first, int last) {
    topics.send(topic, first, last, i -> Topics.job("job-" + i, "What is number " + i + "?"));
  }

  private long lag() {
    KafkaReaderStore readers = new KafkaReaderStore(DATABASE.dataSource());
    Map<Integer, Long> positions = readers.positions(readers.findOrCreate("group", topic));
    try (TopicAdmin admin = new TopicAdmin(BROKER.settings(), BrokerListener.logging())) {
      return admin.find(topic).orElseThrow().ends().entrySet().stream()
          .mapToLong(end -> end.getValue() - positions.get(end.getKey()))
          .sum();
    }
  }

  private static List<String> customIds(Run of) {
    return jobs(of).stream().map(ExportRow::customId).toList();
  }

  private static List<ExportRow> jobs(Run of) {
    List<ExportRow> rows = new ArrayList<>();
    new ExportStore(DATABASE.dataSource()).forEach(of.runId(), rows::add);
    return rows;
  }

  private Map<String, String> failures() {
    return jobs(run).stream()
        .filter(row -> row.failure().isPresent())
        .collect(
            Collectors.toMap(
                ExportRow::customId, row -> row.failure().orElseThrow().failure().code()));
  }

  private static void refusePositions() {
    JdbcClient jdbc = JdbcClient.create(DATABASE.dataSource());
    jdbc.sql(
            """
            create or replace function refuse() returns trigger language plpgsql
            as $$ begin raise exception 'refused'; end $$
            """)
        .update();
    jdbc.sql(
            """
            create trigger refuse before update on kafka_position
            for each row execute function refuse()
            """)
        .update();
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      LockSupport.parkNanos(10_000_000);
    }
  }
}
