package org.stfbatch.job.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.dao.DataAccessResourceFailureException;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobPosition;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.EngineException;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.Failure;
import org.stfbatch.engine.Generation;
import org.stfbatch.engine.Outcome;
import org.stfbatch.engine.Stage;
import org.stfbatch.image.Availability;
import org.stfbatch.image.ImageErrorCode;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageSource;
import org.stfbatch.image.PutOffException;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;

@Timeout(30)
class ReadAheadTest {
  private static final long IMAGE_BYTES = 1000;

  /** Long enough for the read-ahead to submit a job if it has one. */
  private static final long NOTHING_COMES_MILLIS = 100;

  private static final long SOMETHING_COMES_MILLIS = 10_000;
  private static final InferSettings.Window WIDE = new InferSettings.Window(1000, 1 << 30);

  private ReadAhead readAhead;

  @AfterEach
  void close() {
    if (readAhead != null) {
      readAhead.close();
    }
  }

  @Test
  void jobsComeInSourceOrderHoweverTheyAreAnswered() throws Exception {
    ScheduledExecutorService device = Executors.newSingleThreadScheduledExecutor();
    ScriptedEngine engine =
        ScriptedEngine.of(
            job -> {
              CompletableFuture<Outcome> answer = new CompletableFuture<>();
              long delay = 50 - job.promptIds().length;
              device.schedule(
                  () -> answer.complete(ScriptedEngine.answer(job)), delay, TimeUnit.MILLISECONDS);
              return answer;
            });
    readAhead = open(50, engine, WIDE);

    List<String> answers = new ArrayList<>();
    for (Optional<InFlightJob> next = readAhead.next(); next.isPresent(); next = readAhead.next()) {
      Answer answer = (Answer) outcome(next.get());
      assertThat(answer.promptTokens()).isEqualTo((int) next.get().job().jobId());
      answers.add(next.get().job().customId());
    }
    assertThat(answers).isEqualTo(IntStream.rangeClosed(1, 50).mapToObj(i -> "job" + i).toList());
    assertThat(readAhead.next()).isEmpty();
    device.shutdown();
  }

  @Test
  void noMoreJobsAreAheadThanTheWindowHolds() throws Exception {
    ScriptedEngine engine = ScriptedEngine.healthy();
    readAhead = open(10, engine, new InferSettings.Window(3, 1 << 30));

    expectAsked(engine, 3);
    readAhead.next();
    expectAsked(engine, 1);
    readAhead.next();
    readAhead.next();
    expectAsked(engine, 2);
  }

  @Test
  void noMoreBytesAreAheadThanTheWindowHolds() throws Exception {
    ScriptedEngine engine = ScriptedEngine.healthy();
    long two = 2 * bytes() + bytes() / 2;
    readAhead = open(10, engine, new InferSettings.Window(1000, two));

    expectAsked(engine, 2);
    readAhead.next();
    expectAsked(engine, 1);
  }

  @Test
  void oneJobAlwaysFits() throws Exception {
    ScriptedEngine engine = ScriptedEngine.healthy();
    readAhead = open(3, engine, new InferSettings.Window(1000, 1));

    for (int i = 0; i < 3; i++) {
      expectAsked(engine, 1);
      assertThat(readAhead.next()).isPresent();
    }
    assertThat(readAhead.next()).isEmpty();
  }

  @Test
  void itEndsAtTheLimit() throws Exception {
    ScriptedEngine engine = ScriptedEngine.healthy();
    readAhead =
        new ReadAhead(
            pages(10), ReadAheadTest::prepared, engine, IMAGE_BYTES, WIDE, JobPosition.START, 4);

    for (int i = 0; i < 4; i++) {
      readAhead.next().orElseThrow().result().join();
    }
    assertThat(readAhead.next()).isEmpty();
    assertThat(engine.asked()).isEqualTo(4);
  }

  @Test
  void itBeginsAfterTheGivenPosition() throws Exception {
    readAhead =
        new ReadAhead(
            pages(10),
            ReadAheadTest::prepared,
            ScriptedEngine.healthy(),
            IMAGE_BYTES,
            WIDE,
            job(7).position(),
            100);

    assertThat(readAhead.next().orElseThrow().job().jobId()).isEqualTo(8);
  }

  @Test
  void anErrorOfTheReadingThreadReachesTheConsumerBehindTheJobsBeforeIt() throws Exception {
    ReadAhead.Pages pages =
        (position, limit) -> {
          if (position.jobId() == 2) {
            throw new IllegalStateException("the database is gone");
          }
          return List.of(job(position.jobId() + 1));
        };
    readAhead =
        new ReadAhead(
            pages,
            ReadAheadTest::prepared,
            ScriptedEngine.healthy(),
            IMAGE_BYTES,
            WIDE,
            JobPosition.START,
            100);

    assertThat(readAhead.next()).isPresent();
    assertThat(readAhead.next()).isPresent();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> readAhead.next())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the database is gone");
    }
  }

  @Test
  void aJobAtFaultIsAFailureOfItsOwn() throws Exception {
    JobPreparer preparer =
        job -> {
          if (job.jobId() == 1) {
            throw new PreparationException(new Failure(Stage.IMAGE, "CODE", "why", 2), null);
          } else if (job.jobId() == 2) {
            throw new ArithmeticException("nobody foresaw this");
          }
          return prepared(job);
        };
    readAhead = open(3, preparer, ScriptedEngine.healthy(), WIDE);

    assertThat(outcome()).isEqualTo(new Failure(Stage.IMAGE, "CODE", "why", 2));
    assertThat(outcome())
        .isInstanceOfSatisfying(
            Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo("UNEXPECTED");
              assertThat(failure.message()).contains("nobody foresaw this");
            });
    assertThat(outcome()).isInstanceOf(Answer.class);
  }

  @Test
  void aBrokenEngineIsNoFaultOfTheJob() throws Exception {
    ScriptedEngine engine =
        ScriptedEngine.of(
            job -> {
              if (job.promptIds().length == 1) {
                throw ScriptedEngine.broken();
              }
              return CompletableFuture.failedFuture(ScriptedEngine.broken());
            });
    readAhead = open(2, engine, WIDE);

    OutcomeProcessor processor = new OutcomeProcessor(engine, new StopSignal(), Progress.none());
    for (int i = 0; i < 2; i++) {
      InFlightJob inFlight = readAhead.next().orElseThrow();
      assertThatThrownBy(() -> processor.process(inFlight))
          .isInstanceOf(EngineException.class)
          .hasMessage("the device fell off");
    }
  }

  @Test
  void jobsWhoseImagesAreOnTheirWayHoldUpNoOthers() throws Exception {
    Remote remote = new Remote(new JobPreparer.Parallel(4, 4));
    readAhead = open(20, remote, ScriptedEngine.healthy(), WIDE);

    for (long job : List.of(5, 6, 7, 8)) {
      assertThat(readAhead.next().orElseThrow().job().jobId()).isEqualTo(job);
    }
    remote.arrive(3);
    List<Long> order = new ArrayList<>();
    for (int i = 0; i < 13; i++) {
      order.add(readAhead.next().orElseThrow().job().jobId());
    }
    assertThat(order).containsSubsequence(9L, 10L, 20L).contains(3L);
    remote.arrive(1);
    remote.arrive(2);
    remote.arrive(4);
    assertThat(List.of(next(), next(), next())).containsExactlyInAnyOrder(1L, 2L, 4L);
    assertThat(readAhead.next()).isEmpty();
  }

  @Test
  void noMoreImagesAreOnTheirWayThanAllowedAndAHostThatDoesNotGetOnIsPassedOver() throws Exception {
    Remote remote = new Remote(new JobPreparer.Parallel(8, 2));
    readAhead = open(6, remote, ScriptedEngine.healthy(), WIDE);

    assertThat(next()).isEqualTo(5);
    assertThat(next()).isEqualTo(6);
    assertThat(remote.asked).containsOnlyKeys(1L, 2L);
    remote.arrive(2);
    remote.arrive(1);
    assertThat(List.of(next(), next())).containsExactly(2L, 1L);
    assertThat(readAhead.next()).isEmpty();
    assertThat(remote.asked).as("jobs 3 and 4 wait for another pass").hasSize(2);
  }

  @Test
  void whatIsPutOffIsNotHandedOut() throws Exception {
    Remote remote = new Remote(new JobPreparer.Parallel(8, 8));
    readAhead = open(6, remote, ScriptedEngine.healthy(), WIDE);
    assertThat(List.of(next(), next())).containsExactly(5L, 6L);
    remote.fail(1);
    remote.arrive(2);
    remote.fail(3);
    remote.fail(4);
    assertThat(next()).isEqualTo(2);
    assertThat(readAhead.next()).isEmpty();
  }

  @Test
  void whatIsPutOffOnceItIsHandedOutHasNoOutcome() throws Exception {
    JobPreparer away =
        job -> {
          if (job.jobId() == 1) {
            throw putOff();
          }
          return prepared(job);
        };
    ScriptedEngine engine = ScriptedEngine.healthy();
    readAhead = open(2, away, engine, WIDE);
    OutcomeProcessor processor = new OutcomeProcessor(engine, new StopSignal(), Progress.none());
    assertThat(processor.process(readAhead.next().orElseThrow())).isNull();
    assertThat(processor.process(readAhead.next().orElseThrow())).isNotNull();
  }

  @Test
  void aJobWhoseStoredAnswersCannotBeReadHasNoOutcome() throws Exception {
    readAhead =
        open(
            1,
            job -> {
              throw new DataAccessResourceFailureException("the database is away");
            },
            ScriptedEngine.healthy(),
            WIDE);
    assertThatThrownBy(() -> readAhead.next().orElseThrow().result().get())
        .hasCauseInstanceOf(DataAccessResourceFailureException.class);
  }

  private long next() throws InterruptedException {
    return readAhead.next().orElseThrow().job().jobId();
  }

  private static PutOffException putOff() {
    Availability availability = new Availability(3, Duration.ofMinutes(1), notice -> {});
    ImageSource source = new ImageSource.DataUri("data:,");
    try {
      throw new AssertionError(
          availability.judged(
              source, ImageException.transientError(ImageErrorCode.IMAGE_FETCH, "no", null)));
    } catch (PutOffException e) {
      return e;
    }
  }

  /** A preparer for which jobs 1 to 4 need a download that the test completes. */
  private static final class Remote implements JobPreparer {
    private final Map<Long, CompletableFuture<Fetched>> asked = new ConcurrentHashMap<>();
    private final Parallel parallel;

    Remote(Parallel parallel) {
      this.parallel = parallel;
    }

    @Override
    public EngineJob prepare(StoredJob job) {
      return prepared(job);
    }

    @Override
    public CompletableFuture<Fetched> fetch(StoredJob job) {
      return host(job).isEmpty()
          ? JobPreparer.super.fetch(job)
          : asked.computeIfAbsent(job.jobId(), any -> new CompletableFuture<>());
    }

    @Override
    public String host(StoredJob job) {
      return job.jobId() <= 4 ? "host" : "";
    }

    @Override
    public Parallel parallel() {
      return parallel;
    }

    void arrive(long job) {
      asked.get(job).complete(() -> PreparedJob.of(prepared(job(job))));
    }

    void fail(long job) {
      asked.get(job).completeExceptionally(putOff());
    }
  }

  @Test
  void closingLeavesNoThreadBehind() throws Exception {
    CountDownLatch preparing = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    JobPreparer slow =
        job -> {
          preparing.countDown();
          try {
            new CountDownLatch(1).await();
          } finally {
            // Like the decoding of an image, it does not end at once.
            new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
            interrupted.countDown();
          }
          return prepared(job);
        };
    List<Thread> before = threads();
    ReadAhead open = open(100, slow, ScriptedEngine.healthy(), new InferSettings.Window(5, 1000));
    preparing.await();
    assertThat(threads()).hasSizeGreaterThan(before.size());

    open.close();

    assertThat(threads()).isSubsetOf(before);
    assertThat(interrupted.getCount()).isZero();
    open.close();
  }

  private Outcome outcome() throws Exception {
    return outcome(readAhead.next().orElseThrow());
  }

  private static Outcome outcome(InFlightJob job) throws Exception {
    return ((JobResult.Computed) job.result().get()).outcome();
  }

  private static void expectAsked(ScriptedEngine engine, int jobs) throws InterruptedException {
    for (int i = 0; i < jobs; i++) {
      assertThat(engine.nextAsked(SOMETHING_COMES_MILLIS)).isPresent();
    }
    assertThat(engine.nextAsked(NOTHING_COMES_MILLIS)).isEmpty();
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> List.of("read-ahead", "prepare", "download").contains(thread.getName()))
        .toList();
  }

  private static ReadAhead open(int jobs, ScriptedEngine engine, InferSettings.Window window) {
    return open(jobs, ReadAheadTest::prepared, engine, window);
  }

  private static ReadAhead open(
      int jobs, JobPreparer preparer, ScriptedEngine engine, InferSettings.Window window) {
    return new ReadAhead(
        pages(jobs), preparer, engine, IMAGE_BYTES, window, JobPosition.START, Long.MAX_VALUE);
  }

  /** Jobs 1 to n, at most three a page. */
  private static ReadAhead.Pages pages(int jobs) {
    return (position, limit) ->
        IntStream.rangeClosed((int) position.jobId() + 1, jobs)
            .limit(Math.min(limit, 3))
            .mapToObj(ReadAheadTest::job)
            .toList();
  }

  private static StoredJob job(long id) {
    return new StoredJob(
        id,
        1,
        "job" + id,
        "image" + id,
        Optional.of("/images"),
        ImagePrompt.about("image", "What?"),
        JobSettings.DEFAULTS);
  }

  /**
   * The bytes of a {@link #job}: pixels, and two bytes for each character of prompt and reference.
   */
  private static long bytes() {
    return IMAGE_BYTES + 2 * ("image".length() + "What?".length());
  }

  /** The prompt has as many tokens as the job's number. */
  private static EngineJob prepared(StoredJob job) {
    return new EngineJob(new int[(int) job.jobId()], List.of(), Generation.greedy(1));
  }
}
