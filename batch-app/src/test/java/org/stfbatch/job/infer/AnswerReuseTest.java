package org.stfbatch.job.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.AnswerSource;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.ExportStore;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.ReusableAnswerStore;
import org.stfbatch.db.ReuseKey;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunFigures;
import org.stfbatch.db.RunFiguresStore;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.SourceKind;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.Worker;
import org.stfbatch.db.WorkerLock;
import org.stfbatch.db.WorkerStore;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PromptLimit;
import org.stfbatch.testing.Golden;

/** Jobs with the same content as answered ones are not answered again. */
@Timeout(90)
class AnswerReuseTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static LlamaTokenizer tokenizer;
  private static byte[] wide;
  private static byte[] gray;

  @TempDir Path folder;

  private final ImageJobStore jobs = new ImageJobStore(DATABASE.dataSource());
  private final ScriptedEngine engine = ScriptedEngine.healthy();
  private String name;

  @BeforeAll
  static void open() throws IOException {
    tokenizer = LlamaTokenizer.open(Golden.file("checkpoints/tiny"));
    wide = Files.readAllBytes(Golden.file("images/wide.png"));
    gray = Files.readAllBytes(Golden.file("images/gray.png"));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @BeforeEach
  void nameRuns(TestInfo test) {
    // Runs of other tests must not have the answers.
    name = test.getTestMethod().orElseThrow().getName();
  }

  @Test
  void aSecondRunComputesNothingAndCountsNothingAsComputed() throws Exception {
    Run first = run("first");
    ask(first, "a.png", wide, "What?");
    ask(first, "b.png", gray, "Why?");
    ask(first, "", null, "And without a picture?");
    infer(first, ReuseScope.NONE);
    assertThat(engine.asked()).isEqualTo(3);
    Run second = run("second");
    ask(second, "moved.png", wide, "What?");
    ask(second, "renamed.png", gray, "Why?");
    ask(second, "", null, "And without a picture?");
    infer(second, ReuseScope.ALL_RUNS);

    assertThat(engine.asked()).isEqualTo(3);
    List<StoredAnswer> computed = answers(first);
    List<StoredAnswer> reused = answers(second);
    for (int i = 0; i < 3; i++) {
      assertThat(reused.get(i).text()).isEqualTo(computed.get(i).text());
      assertThat(reused.get(i).tokens()).isEqualTo(computed.get(i).tokens());
      assertThat(reused.get(i).finishReason()).isEqualTo(computed.get(i).finishReason());
      assertThat(reused.get(i).source()).map(AnswerSource::run).contains(first.name());
      assertThat(computed.get(i).source()).isEmpty();
    }
    assertThat(reused.get(0).source()).map(AnswerSource::customId).contains("a.png");
    assertThat(status(second).reused()).isEqualTo(3);
    assertThat(status(second).questionsPerSecond()).isZero();
    assertThat(status(first).reused()).isZero();
    RunFigures figures = new RunFiguresStore(DATABASE.dataSource()).figures(second.runId());
    assertThat(figures.counts().answered()).isEqualTo(3);
    assertThat(figures.counts().reused()).isEqualTo(3);
    assertThat(figures.tokens().generated()).isZero();
    assertThat(figures.span().orElseThrow().jobs()).isZero();
    assertThat(figures.seconds().fetch()).as("reading and hashing").isPositive();
    assertThat(figures.seconds().imageDecode()).as("decoding").isZero();
    assertThat(metric("reused", second)).isEqualTo(3);
    assertThat(metric("answers + jobs + images + distinct_images + generated_tokens", second))
        .isZero();
  }

  @Test
  void otherBytesAndOtherPromptsAreAnswered() throws Exception {
    Run first = run("first");
    ask(first, "a.png", wide, "What?");
    infer(first, ReuseScope.NONE);
    Run second = run("second");
    ask(second, "a.png", gray, "What?");
    ask(second, "b.png", wide, "Why?");
    ask(second, "c.png", wide, "What?");
    infer(second, ReuseScope.ALL_RUNS);

    assertThat(engine.asked()).isEqualTo(1 + 2);
    assertThat(answers(second))
        .extracting(answer -> answer.source().isPresent())
        .containsExactly(false, false, true);
    assertThat(metric("jobs", second)).isEqualTo(2);
    assertThat(metric("images", second)).isEqualTo(2);
  }

  @Test
  void aReusedAnswerIsReusedFromWhereItWasComputed() throws Exception {
    Run first = run("first");
    ask(first, "a.png", wide, "What?");
    infer(first, ReuseScope.NONE);
    Run second = run("second");
    ask(second, "a.png", wide, "What?");
    infer(second, ReuseScope.ALL_RUNS);
    Run third = run("third");
    ask(third, "a.png", wide, "What?");
    infer(third, ReuseScope.ALL_RUNS);
    assertThat(answers(third).get(0).source()).contains(new AnswerSource(first.name(), "a.png"));

    Run fourth = run("fourth");
    ask(fourth, "a.png", wide, "What?");
    infer(fourth, ReuseScope.of(second.runId()));
    assertThat(answers(fourth).get(0).source()).as("second computed none").isEmpty();
    assertThat(engine.asked()).isEqualTo(2);
  }

  @Test
  void equalImagesOfOneRunAreAnsweredOnceAfterTheFirstIsStored() throws Exception {
    Run run = run("same");
    for (int i = 0; i < 4; i++) {
      ask(run, i + ".png", wide, "What?");
    }
    job(run, ReuseScope.ALL_RUNS, OptionalLong.of(1)).run();
    infer(run, ReuseScope.ALL_RUNS);

    assertThat(engine.asked()).isEqualTo(1);
    assertThat(answers(run)).extracting(StoredAnswer::text).hasSize(4);
    assertThat(answers(run))
        .extracting(StoredAnswer::text)
        .containsOnly(answers(run).get(0).text());
  }

  @Test
  void downloadedImagesAreReusedByTheirBytes() throws Exception {
    Run first = run("first");
    ask(first, "a.png", wide, "What?");
    infer(first, ReuseScope.NONE);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, wide.length);
          exchange.getResponseBody().write(wide);
          exchange.close();
        });
    server.start();
    try {
      Run second = run("second");
      ask(second, "http://127.0.0.1:" + server.getAddress().getPort() + "/x", null, "What?");
      infer(second, ReuseScope.ALL_RUNS);
      assertThat(status(second).reused()).isEqualTo(1);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void workersOfASharedRunReuseAnswers() throws Exception {
    Run first = run("first");
    ask(first, "a.png", wide, "What?");
    infer(first, ReuseScope.NONE);
    Run second = run("second");
    for (int i = 0; i < 5; i++) {
      ask(second, i + ".png", i < 4 ? wide : gray, "What?");
    }
    Worker self = new WorkerStore(DATABASE.dataSource()).create(second.runId(), "w");
    try (WorkerLock lock = WorkerLock.tryAcquire(DATABASE.database(), self, "test").orElseThrow()) {
      assertThat(job(second, ReuseScope.ALL_RUNS, OptionalLong.empty()).share(self))
          .isEqualTo(InferJob.Ending.DONE);
    }

    assertThat(status(second).answered()).isEqualTo(5);
    assertThat(status(second).reused()).isEqualTo(4);
    assertThat(metric("jobs", second)).isEqualTo(1);
  }

  /** It must not become a failure of the job: the job can be answered when the database is back. */
  @Test
  void aDatabaseThatIsAwayIsAnErrorOfTheLookup() {
    CombinedLookup lookup =
        new CombinedLookup(
            new ReusableAnswerStore(
                new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/none")),
            OptionalLong.empty());
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> lookup.find(ReuseKey.of(new byte[16])))
          .isInstanceOf(DataAccessException.class);
    }
  }

  private Run run(String suffix) {
    return new RunStore(DATABASE.dataSource()).findOrCreate(name + "-" + suffix);
  }

  /** Adds a job that is named after its image. Its prompt contains the name of the test. */
  private void ask(Run run, String image, byte[] bytes, String question) throws IOException {
    Path images = Files.createDirectories(folder.resolve(run.name()));
    if (bytes != null) {
      Files.write(images.resolve(image), bytes);
    }
    long source = jobs.sourceId(run.runId(), SourceKind.QUESTIONS, "test", images.toString());
    String prompt = question + " " + name.substring(0, 6);
    jobs.insert(
        run.runId(),
        List.of(
            NewImageJob.toAnswer(
                image.isEmpty() ? "text" : image,
                OptionalLong.of(source),
                image.isEmpty()
                    ? new ImagePrompt(Optional.empty(), Optional.empty(), Optional.empty(), prompt)
                    : ImagePrompt.about(image, prompt),
                JobSettings.DEFAULTS)));
  }

  private void infer(Run run, ReuseScope reuse) {
    assertThat(job(run, reuse, OptionalLong.empty()).run()).isEqualTo(InferJob.Ending.DONE);
  }

  private InferJob job(Run run, ReuseScope reuse, OptionalLong limit) {
    double[] half = {0.5, 0.5, 0.5};
    return new InferJob(
        new BatchRuntime(DATABASE.dataSource()),
        run,
        new InferSettings(
                3,
                new InferSettings.Window(6, 1 << 20),
                limit,
                "vicuna_v1",
                new InferSettings.Defaults(8, 0, 1, 0, List.of()))
            .reusing(reuse),
        new ServedModel(
            engine,
            new Preparation(
                ImageLimits.defaults(),
                new ClipImageConfig(8, half, half, Aspect.PAD),
                tokenizer,
                new PromptLimit(2048, false)),
            new ModelName("scripted", ModelIdentity.plain("fingerprint"))),
        Progress.none(),
        new StopSignal());
  }

  private static RunStatus status(Run run) {
    return new RunStatusStore(DATABASE.dataSource()).status(run);
  }

  private static List<StoredAnswer> answers(Run run) {
    List<ExportRow> rows = new ArrayList<>();
    new ExportStore(DATABASE.dataSource()).forEach(run.runId(), rows::add);
    return rows.stream().map(row -> row.answer().orElseThrow()).toList();
  }

  private static long metric(String sum, Run run) {
    return JdbcClient.create(DATABASE.dataSource())
        .sql("select sum(%s) from chunk_metric where run_id = :run".formatted(sum))
        .param("run", run.runId())
        .query(Long.class)
        .single();
  }
}
