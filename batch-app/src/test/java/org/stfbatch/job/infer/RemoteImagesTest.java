package org.stfbatch.job.infer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.RetryStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.SourceKind;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.FetchSettings;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PromptLimit;
import org.stfbatch.testing.Golden;

/** Inference with images from servers that are slow, faulty or unreachable. */
@Timeout(90)
class RemoteImagesTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static LlamaTokenizer tokenizer;
  private static byte[] picture;

  @TempDir Path folder;

  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final StopSignal stop = new StopSignal();
  private final List<String> notices = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private ImageJobStore jobs;
  private Run run;
  private HttpServer server;

  @BeforeAll
  static void open() throws IOException {
    tokenizer = LlamaTokenizer.open(Golden.file("checkpoints/tiny"));
    try (Stream<Path> files = Files.list(Golden.file("images"))) {
      Path png =
          files.filter(file -> file.toString().endsWith(".png")).sorted().findFirst().orElseThrow();
      picture = Files.readAllBytes(png);
    }
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @BeforeEach
  void newRun(TestInfo test) throws IOException {
    jobs = new ImageJobStore(DATABASE.dataSource());
    run =
        new RunStore(DATABASE.dataSource())
            .findOrCreate(test.getTestMethod().orElseThrow().getName());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(workers);
    server.start();
  }

  @AfterEach
  void stopServer() {
    end.countDown();
    server.stop(0);
    workers.shutdownNow();
  }

  @Test
  void aServerThatAsksForPatienceIsGivenIt() throws IOException {
    Map<String, Long> first = new ConcurrentHashMap<>();
    serve(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          long since = System.nanoTime() - first.computeIfAbsent(path, p -> System.nanoTime());
          if (since < TimeUnit.MILLISECONDS.toNanos(1900)) {
            exchange.getResponseHeaders().set("Retry-After", "2");
            send(exchange, 429, new byte[0]);
          } else {
            send(exchange, 200, picture);
          }
        });
    ask(server, "a.png");
    askLocal(5);

    assertThat(infer(FetchSettings.defaults())).isEqualTo(InferJob.Ending.DONE);
    assertThat(status().answered()).isEqualTo(6);
    assertThat(asked.get("/a.png")).hasValue(2);
    RunStatusStore statuses = new RunStatusStore(DATABASE.dataSource());
    assertThat(statuses.times(run).attempts()).as("waiting is a part of the attempt").isEqualTo(1);
    assertThat(status().questionsPerSecond()).isPositive().isLessThan(6 / 1.9);
  }

  @Test
  void aHostThatIsAwayIsWaitedForWhileOtherJobsGoOn() throws Exception {
    AtomicInteger refusals = new AtomicInteger();
    CountDownLatch localsAnswered = new CountDownLatch(20);
    serve(
        "/",
        exchange -> {
          if (localsAnswered.getCount() > 0) {
            refusals.incrementAndGet();
            overloaded(exchange);
          } else {
            send(exchange, 200, picture);
          }
        });
    // Far more than are being downloaded when the first ones fail.
    for (int i = 0; i < 100; i++) {
      ask(server, i + ".png");
    }
    askLocal(20);

    InferJob.Ending ending =
        job(FetchSettings.defaults(), step -> count(localsAnswered, step)).run();

    assertThat(ending).isEqualTo(InferJob.Ending.DONE);
    assertThat(status().answered()).isEqualTo(120);
    assertThat(status().failed()).isZero();
    assertThat(refusals.get()).as("what is away is not asked for all").isLessThan(60);
  }

  @Test
  void whatStaysAwayLeavesItsJobsWaitingForTheNextTime() throws Exception {
    serve("/", this::overloaded);
    for (int i = 0; i < 5; i++) {
      ask(server, i + ".png");
    }
    askLocal(3);

    FetchSettings brief = FetchSettings.defaults().withPatience(Duration.ofMillis(2500));
    InferJob job = job(brief, Progress.none());
    assertThat(job.run()).isEqualTo(InferJob.Ending.IMAGES_AWAY);
    assertThat(job.away()).containsExactly("http://127.0.0.1:" + server.getAddress().getPort());
    assertThat(status().answered()).isEqualTo(3);
    assertThat(status().waiting()).isEqualTo(5);
    assertThat(notices).hasSize(1);

    server.removeContext("/");
    serve("/", exchange -> send(exchange, 200, picture));
    assertThat(infer(brief)).isEqualTo(InferJob.Ending.DONE);
    assertThat(status().answered()).isEqualTo(8);
  }

  @Test
  void aFolderThatIsAwayLeavesItsJobsWaiting() throws Exception {
    askLocal(4);
    Path moved = folder.resolveSibling(folder.getFileName() + "-moved");
    Files.move(folder, moved);

    FetchSettings brief = FetchSettings.defaults().withPatience(Duration.ofMillis(1500));
    assertThat(infer(brief)).isEqualTo(InferJob.Ending.IMAGES_AWAY);
    assertThat(status().waiting()).isEqualTo(4);

    Files.move(moved, folder);
    assertThat(infer(brief)).isEqualTo(InferJob.Ending.DONE);
    assertThat(status().answered()).isEqualTo(4);
  }

  @Test
  void aStopEndsTheWaiting() throws Exception {
    serve("/", this::overloaded);
    for (int i = 0; i < 5; i++) {
      ask(server, i + ".png");
    }
    CountDownLatch told = new CountDownLatch(1);
    InferJob job = job(FetchSettings.defaults(), Progress.none(), notice -> told.countDown());
    workers.execute(
        () -> {
          try {
            told.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          stop.request("the test says so");
        });
    assertThat(job.run()).isEqualTo(InferJob.Ending.STOPPED);
    assertThat(status().waiting()).isEqualTo(5);
  }

  @Test
  void failuresThatAreTakenBackAreAnsweredWhereverTheyAreInTheOrder() {
    serve("/", exchange -> send(exchange, 403, new byte[0]));
    for (int i = 0; i < 3; i++) {
      ask(server, i + ".png");
    }
    jobs.insert(
        run.runId(),
        List.of(
            NewImageJob.rejected(
                "line 9",
                OptionalLong.empty(),
                new ImagePrompt(Optional.empty(), Optional.empty(), Optional.empty(), ""),
                new JobFailure("ingest", "QUESTION_LINE", "line 9 is none", 1))));
    assertThat(infer(FetchSettings.defaults())).isEqualTo(InferJob.Ending.DONE);
    assertThat(status().nothingSucceeded()).isTrue();
    assertThat(status().failures()).containsEntry("IMAGE_FETCH", 3L);
    server.removeContext("/");
    serve("/", exchange -> send(exchange, 200, picture));

    RetryStore store = new RetryStore(DATABASE.dataSource());
    assertThat(store.takeBack(run.runId(), List.of("IMAGE_DECODE"), Optional.empty()).jobs())
        .isZero();
    RetryStore.Retried retried = store.takeBack(run.runId(), List.of(), Optional.empty());
    assertThat(retried.byCode()).isEqualTo(Map.of("IMAGE_FETCH", 3L));
    assertThat(retried.neverJobs()).isEqualTo(1);
    assertThat(store.takeBack(run.runId(), List.of("IMAGE_FETCH"), Optional.empty()).jobs())
        .isZero();

    assertThat(infer(FetchSettings.defaults())).isEqualTo(InferJob.Ending.DONE);
    assertThat(status().answered()).isEqualTo(3);
    assertThat(sequences()).containsExactly(1L, 5L, 6L, 7L);
  }

  private List<Long> sequences() {
    return JdbcClient.create(DATABASE.dataSource())
        .sql(
            """
            select sequence from answer where run_id = :run
            union all select sequence from failure where run_id = :run
            order by 1
            """)
        .param("run", run.runId())
        .query(Long.class)
        .list();
  }

  private static void count(CountDownLatch latch, Progress.Step step) {
    for (long i = 0; i < step.done(); i++) {
      latch.countDown();
    }
  }

  private void overloaded(HttpExchange exchange) throws IOException {
    send(exchange, 503, new byte[0]);
  }

  private interface Handler {
    void handle(HttpExchange exchange) throws IOException;
  }

  private void serve(String path, Handler handler) {
    server.createContext(
        path,
        exchange -> {
          asked
              .computeIfAbsent(exchange.getRequestURI().getPath(), any -> new AtomicInteger())
              .incrementAndGet();
          handler.handle(exchange);
        });
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void ask(HttpServer host, String name) {
    insert("http://127.0.0.1:" + host.getAddress().getPort() + "/" + name);
  }

  private void askLocal(int images) throws IOException {
    for (int i = 0; i < images; i++) {
      Files.write(folder.resolve("z" + i + ".png"), picture);
      insert("z" + i + ".png");
    }
  }

  private void insert(String image) {
    long source = jobs.sourceId(run.runId(), SourceKind.QUESTIONS, "test", folder.toString());
    jobs.insert(
        run.runId(),
        List.of(
            NewImageJob.toAnswer(
                image,
                OptionalLong.of(source),
                ImagePrompt.about(image, "What?"),
                JobSettings.DEFAULTS)));
  }

  private InferJob.Ending infer(FetchSettings settings) {
    return job(settings, Progress.none()).run();
  }

  private InferJob job(FetchSettings settings, Progress progress) {
    return job(settings, progress, notices::add);
  }

  private InferJob job(FetchSettings settings, Progress progress, Consumer<String> told) {
    double[] half = {0.5, 0.5, 0.5};
    ClipImageConfig images = new ClipImageConfig(8, half, half, Aspect.PAD);
    return new InferJob(
        new BatchRuntime(DATABASE.dataSource()),
        run,
        new InferSettings(
            3,
            new InferSettings.Window(6, 1 << 20),
            OptionalLong.empty(),
            "vicuna_v1",
            new InferSettings.Defaults(8, 0, 1, 0, List.of())),
        new ServedModel(
            ScriptedEngine.healthy(),
            new Preparation(
                ImageLimits.defaults(),
                settings,
                images,
                tokenizer,
                new PromptLimit(2048, false),
                told),
            new ModelName("scripted", ModelIdentity.plain("fingerprint"))),
        progress,
        stop);
  }

  private RunStatus status() {
    return new RunStatusStore(DATABASE.dataSource()).status(run);
  }
}
