package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.kafka.OutgoingRecord;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.testing.TestBroker;
import org.stfbatch.testing.AnsweredRun;
import org.stfbatch.testing.Topics;

/** The Kafka commands. */
@Timeout(60)
class KafkaCommandTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  @TempDir private Path folder;
  private Topics topics;
  private String topic;
  private String run;

  @BeforeEach
  void newTopic(TestInfo test) {
    topics = new Topics(BROKER.settings());
    topic = BROKER.newName();
    run = test.getTestMethod().orElseThrow().getName();
  }

  @Test
  void aQuestionFileIsSentOnceHoweverOftenItIsTyped() throws Exception {
    Questions questions = new Questions();
    for (int i = 0; i < 2500; i++) {
      questions.ask(i, i % 2 == 0 ? "a.png" : null, "What is " + i + "?", "max_new_tokens", 3);
    }
    questions
        .line("no JSON")
        .line("{\"question_id\":1,\"text\":\"x\",\"image\":\"https://h/i.png\"}");
    Path file = questions.writeTo(folder.resolve("q.jsonl"));
    kafka("create", "--topic", topic, "--partitions", "3");

    assertThat(kafka("produce", "--topic", topic, "--file", file)).contains("2502 messages");
    assertThat(kafka("produce", "--topic", topic, "--file", file)).contains("0 messages");

    assertThat(topics.keys(topic)).hasSize(2502).doesNotHaveDuplicates();
    assertThat(cli("intake", "--topic", topic, "--run", run, "--images", folder))
        .contains("2502 read, 2502 added", "1 unusable", topic + ".dlq");
    assertThat(kafka("status")).contains(topic, "3 partitions", "lag 0", "1 on " + topic + ".dlq");
    assertThat(kafka("tail", "--topic", topic + ".dlq"))
        .startsWith("MESSAGE_JSON ")
        .contains("no JSON");
    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql(
                    """
                    select count(*) filter (where image_ref = 'a.png' and max_new_tokens = 3),
                      count(*) filter (where image_ref = 'https://h/i.png')
                    from image_job join run using (run_id) where name = :run
                    """)
                .param("run", run)
                .query((row, n) -> List.of(row.getInt(1), row.getInt(2)))
                .single())
        .containsExactly(1250, 1);
  }

  @Test
  void imagesGoWithTheQuestionsIfWanted() throws Exception {
    String image =
        Tiny.answers().stream()
            .map(Tiny.Recorded::image)
            .filter(i -> i != null)
            .findFirst()
            .orElseThrow();
    Path file = new Questions().ask(1, image, "What?").writeTo(folder.resolve("q.jsonl"));

    kafka("produce", "--topic", topic, "--file", file, "--images", Tiny.images());
    cli("intake", "--topic", topic, "--run", run, "--images", folder);
    cli(
        "infer",
        "--run",
        run,
        "--model",
        Tiny.checkpoint(),
        "--vision-tower",
        Tiny.tower(),
        "--max-new-tokens",
        "2",
        "--publish-to",
        topic + "-answers");

    assertThat(cli("status", "--run", run)).contains("1 answered, 0 failed");
    assertThat(kafka("tail", "--topic", topic + "-answers"))
        .contains("\"image\":\"sha256:")
        .contains("\"vision\":");
  }

  @Test
  void everyKindOfImageIsSentAsWhatItIs() throws IOException {
    byte[] picture = Files.readAllBytes(Tiny.images().resolve("wide.png"));
    String base64 = Base64.getEncoder().encodeToString(picture);
    Path file =
        new Questions()
            .ask(1, "data:image/png;base64," + base64, "What?")
            .ask(2, "http_cat.png", "What?")
            .ask(3, "HTTPS://h/i.png", "What?")
            .ask(4, "../outside.png", "What?")
            .ask(5, "data:image/png;base64,???", "What?")
            .writeTo(folder.resolve("q.jsonl"));
    Files.write(folder.resolve("outside.png"), picture);
    Path images = Files.createDirectory(folder.resolve("images"));

    kafka("produce", "--topic", topic, "--file", file, "--images", images);
    cli("intake", "--topic", topic, "--run", run, "--images", images, "--idle", "500ms");

    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql(
                    """
                    select coalesce(image_ref, code) from image_job
                    join run using (run_id) left join failure using (run_id, job_id)
                    where name = :run
                    """)
                .param("run", run)
                .query(String.class)
                .list())
        .containsExactlyInAnyOrder(
            "data:image/png;base64," + base64,
            "http_cat.png",
            "HTTPS://h/i.png",
            "../outside.png",
            "MESSAGE_FIELD_INVALID");
  }

  @Test
  void aFileIsKnownByItsContent() throws IOException {
    Path file = new Questions().ask(1, null, "a").ask(2, null, "b").writeTo(folder.resolve("q"));
    assertThat(kafka("produce", "--topic", topic, "--file", file)).contains("2 messages");

    new Questions().ask(1, null, "a").ask(2, null, "b").ask(3, null, "c").writeTo(file);
    assertThat(kafka("produce", "--topic", topic, "--file", file)).contains("1 message to ");

    new Questions().ask(1, null, "x").ask(2, null, "y").ask(3, null, "z").writeTo(file);
    assertThat(kafka("produce", "--topic", topic, "--file", file)).contains("3 messages");

    new Questions().ask(1, null, "x").writeTo(file);
    assertThat(kafka("produce", "--topic", topic, "--file", file)).contains("1 message to ");
    assertThat(kafka("produce", "--topic", topic, "--file", file)).contains("0 messages");
  }

  @Test
  void choicesGoWithTheQuestionsAndTheirLikelihoodsWithTheAnswers() throws Exception {
    Path file =
        new Questions()
            .ask(1, null, "Which?", "choices", List.of("left, then", "right"))
            .writeTo(folder.resolve("q.jsonl"));
    kafka("produce", "--topic", topic, "--file", file);
    String blank = "{\"custom_id\": \"blank\", \"prompt\": \"p\", \"choices\": [\"A\", \" \"]}";
    topics.send(
        topic,
        List.of(
            OutgoingRecord.of(
                "blank", blank.getBytes(StandardCharsets.UTF_8), MessageHeaders.NONE)));
    cli("intake", "--topic", topic, "--run", run, "--idle", "500ms");
    cli("infer", "--run", run, "--model", Tiny.checkpoint(), "--publish-to", topic + "-answers");

    assertThat(cli("status", "--run", run)).contains("1 answered, 1 failed");
    assertThat(kafka("tail", "--topic", topic + "-answers"))
        .contains("\"finish_reason\":\"choice\"")
        .contains("\"log_probabilities\":{\"left, then\":-")
        .contains("MESSAGE_FIELD_INVALID");
  }

  @Test
  void aLimitAndALaterIntakeShareTheTopic() throws Exception {
    topics.send(topic, 1, 9, i -> Topics.job("job-" + i, "What is " + i + "?"));

    assertThat(cli("intake", "--topic", topic, "--run", run, "--max-jobs", "4"))
        .contains("4 read, 4 added");
    assertThat(cli("intake", "--topic", topic, "--run", run + " 2", "--idle", "500ms"))
        .contains("5 read, 5 added");
    assertThat(cli("intake", "--topic", topic, "--run", run, "--from", "earliest"))
        .contains("9 read, 5 added, 4 there already");
  }

  /** Messages that were read would belong to that run. */
  @Test
  void aRunOfAnotherCompressionStrategyReadsNothingFromTheTopic() {
    AnsweredRun.store(DATABASE.dataSource(), run, "fastv:layer=2,keep=144");
    topics.send(topic, 1, 2, i -> Topics.job("job-" + i, "What is " + i + "?"));

    run(
            "infer",
            "--run",
            run,
            "--model",
            Tiny.checkpoint(),
            "--source",
            "kafka",
            "--topic",
            topic,
            "--follow")
        .complainsInOneLine(
            2,
            "run "
                + run
                + " has answers with compression fastv:layer=2,keep=144, weight format plain",
            "compression none, weight format plain",
            "--run");

    assertThat(cli("status", "--run", run)).contains("1 job, 1 answered");
    assertThat(cli("intake", "--topic", topic, "--run", run + " 2")).contains("2 read, 2 added");
  }

  @Test
  void whatDoesNotGoTogetherIsSaid() {
    run("infer", "--run", "r", "--model", Tiny.checkpoint(), "--source", "kafka")
        .complainsInOneLine(2, "--topic");
    run("infer", "--run", "r", "--model", Tiny.checkpoint(), "--follow")
        .complainsInOneLine(2, "--follow needs --source kafka");
    run("intake", "--topic", "none", "--run", "r").complainsInOneLine(1, "none");
    run("intake", "--topic", topic, "--run", "r", "--images", folder.resolve("none"))
        .complainsInOneLine(2, "--images");
    run("publish", "--run", "no such run", "--topic", topic)
        .complainsInOneLine(2, "there is no run");
    run("kafka", "start").complainsInOneLine(2, "cluster of your own");
  }

  private String kafka(Object... command) {
    List<Object> line = new ArrayList<>(List.of("kafka"));
    line.addAll(List.of(command));
    return cli(line.toArray());
  }

  private String cli(Object... command) {
    Cli.Ran ran = run(command);
    assertThat(ran.code()).as(ran.err()).isZero();
    return ran.out();
  }

  private Cli.Ran run(Object... command) {
    return Cli.with(
            "--db-url",
            DATABASE.settings().url(),
            "--db-user",
            DATABASE.settings().user(),
            "--db-password",
            DATABASE.settings().password(),
            "--kafka-config",
            BROKER.clientProperties().toString())
        .run(command);
  }
}
