package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.stfbatch.image.NoiseImage;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.OutOfDeviceMemoryException;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;

/** Images with different numbers of vision tokens, which are known only after encoding. */
final class UnevenImagesTest {
  private static final int IMAGES = 24;
  private static final int QUESTIONS = 3;

  private static LlavaCheckpoint checkpoint;
  private static LlamaTokenizer tokenizer;
  private static List<Pixels> images;
  private static List<EngineJob> jobs;
  private static List<Answer> alone;

  @BeforeAll
  static void answerEveryJobAlone() {
    checkpoint = LlavaCheckpoint.open(Golden.file("checkpoints/tiny"), Optional.empty());
    tokenizer = LlamaTokenizer.open(checkpoint.directory());
    Random random = new Random(5);
    images = IntStream.range(0, IMAGES).mapToObj(i -> noise(random)).toList();
    jobs = new ArrayList<>();
    for (int i = 0; i < IMAGES * QUESTIONS; i++) {
      jobs.add(job("<image>\nWhat is " + i, images.get(i / QUESTIONS)));
    }
    jobs.add(job("no picture"));
    jobs.add(job("<image> and <image> differ", images.get(0), images.get(1)));
    jobs.add(job("<image> and <image> are the same", images.get(2), images.get(2)));
    alone = answers(new EngineSettings(1), jobs, UnaryOperator.identity());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static Pixels noise(Random random) {
    return NoiseImage.of(checkpoint.config().image().size(), random);
  }

  private static EngineJob job(String question, Pixels... images) {
    return new EngineJob(
        tokenizer.encodeWithImages("USER: " + question + " ASSISTANT:"),
        List.of(images),
        Generation.greedy(6));
  }

  @Test
  void aPromptHasAsManyVisionTokensAsItsImages() {
    int most = checkpoint.config().visionTokens();
    for (int i = 0; i < jobs.size(); i++) {
      int tokens =
          jobs.get(i).images().stream()
              .mapToInt(image -> UnevenImages.count(image.chw(), most))
              .sum();
      assertThat(alone.get(i).visionTokens()).as("job %d", i).isEqualTo(tokens);
    }
    assertThat(alone.stream().map(Answer::visionTokens).distinct().count()).isGreaterThan(3);
  }

  @Test
  void theFirstTokenIsThatOfAPlainForward() {
    try (LlavaModel model = LlavaModel.load(checkpoint, ModelSettings.exact())) {
      VisionLanguageModel uneven = UnevenImages.of(model);
      model.reserve(new CacheShape(1, 256, 0, 0));
      for (int i : new int[] {0, 10, 20, IMAGES * QUESTIONS + 1}) {
        EngineJob job = jobs.get(i);
        VisionTokens vision = uneven.encodeImages(job.images().stream().map(Pixels::chw).toList());
        PromptLayout layout = PromptLayout.of(job.promptIds(), vision.counts());
        float[] logits =
            model.logits(new TokenSpan(0, layout.tokenIds(), layout.visionIndex()), vision);
        int likeliest =
            IntStream.range(0, logits.length).reduce(0, (a, b) -> logits[b] > logits[a] ? b : a);
        assertThat(alone.get(i).tokenIds().get(0)).as("job %d", i).isEqualTo(likeliest);
      }
    }
  }

  private static Stream<EngineSettings> settings() {
    return Stream.of(
        new EngineSettings(4),
        new EngineSettings(32),
        new EngineSettings(5, false, false, OptionalLong.empty()),
        new EngineSettings(32, false, false, OptionalLong.empty()),
        new EngineSettings(32, false, true, OptionalLong.of(1 << 20)));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everyWayOfRunningGivesTheSameAnswers(EngineSettings settings) {
    assertSame(answers(settings, jobs, UnaryOperator.identity()));
  }

  @Test
  void questionsAboutAnImageEncodeItOnce() {
    List<EngineJob> pictured = jobs.subList(0, IMAGES * QUESTIONS);
    try (Engine engine = engine(checkpoint, new EngineSettings(8), UnaryOperator.identity())) {
      pictured.stream().map(engine::submit).toList().forEach(CompletableFuture::join);

      assertThat(engine.statistics().images()).isEqualTo(IMAGES);
    }
  }

  private static Stream<Arguments> faults() {
    return Stream.of("reserve", "encodeImages", "fillPrefixes", "step")
        .flatMap(method -> IntStream.of(1, 2, 3).mapToObj(n -> Arguments.of(method, n)));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void aFaultOfOneCallLosesNothing(String method, int number) {
    OutOfDeviceMemoryException error = new OutOfDeviceMemoryException("out of memory", null);
    for (boolean reuse : new boolean[] {true, false}) {
      assertSame(
          answers(
              new EngineSettings(8, false, reuse, OptionalLong.empty()),
              jobs,
              model -> new FailingModel(model, FailingModel.atCall(method, number, error))));
    }
  }

  /** A retry encodes each image without the others of the failed call. */
  @Test
  void aCallForTooManyImagesIsMadeForFewer() {
    FailingModel.Fault fault =
        call -> {
          if (call.pixels().size() > 2) {
            throw new OutOfDeviceMemoryException("out of memory", null);
          }
        };

    assertSame(answers(new EngineSettings(8), jobs, model -> new FailingModel(model, fault)));
  }

  @Test
  void anImageThatCannotBeEncodedFailsItsJobAlone() {
    List<EngineJob> oneAnImage = everyThird(jobs.subList(0, IMAGES * QUESTIONS));
    byte[] broken = images.get(3).chw();
    FailingModel.Fault fault =
        call -> {
          if (call.pixels().stream().anyMatch(pixels -> Arrays.equals(pixels, broken))) {
            throw new ModelException("boom", null);
          }
        };
    try (Engine engine =
        engine(checkpoint, new EngineSettings(8), model -> new FailingModel(model, fault))) {
      List<CompletableFuture<Outcome>> outcomes = oneAnImage.stream().map(engine::submit).toList();

      for (int i = 0; i < IMAGES; i++) {
        if (i == 3) {
          Failure failure = (Failure) outcomes.get(i).join();
          assertThat(failure.code()).isEqualTo("ENGINE_ERROR");
          assertThat(failure.attempts()).isEqualTo(3);
        } else {
          assertThat(((Answer) outcomes.get(i).join()).tokenIds())
              .isEqualTo(alone.get(i * QUESTIONS).tokenIds());
        }
      }
    }
  }

  private static List<EngineJob> everyThird(List<EngineJob> all) {
    return IntStream.range(0, IMAGES).mapToObj(i -> all.get(i * QUESTIONS)).toList();
  }

  /** Two vision tokens fit the limit; a third does not. */
  @Test
  void aPromptThatItsImageMakesTooLongFailsOrIsCut() {
    int limit = checkpoint.config().tokenizerModelMaxLength();
    int[] ids = new int[limit - 1];
    Arrays.fill(ids, 300);
    ids[1] = LlamaTokenizer.IMAGE_TOKEN_INDEX;
    List<EngineJob> longJobs =
        images.stream()
            .limit(4)
            .map(image -> new EngineJob(ids, List.of(image), Generation.greedy(2)))
            .toList();
    int most = checkpoint.config().visionTokens();
    for (boolean truncate : new boolean[] {false, true}) {
      EngineSettings settings = new EngineSettings(4, truncate, true, OptionalLong.empty());
      try (Engine engine = engine(checkpoint, settings, UnaryOperator.identity())) {
        List<CompletableFuture<Outcome>> outcomes = longJobs.stream().map(engine::submit).toList();
        for (int i = 0; i < outcomes.size(); i++) {
          int tokens = UnevenImages.count(images.get(i).chw(), most);
          Outcome outcome = outcomes.get(i).join();
          if (tokens <= 2 || truncate) {
            Answer answer = (Answer) outcome;
            assertThat(answer.promptTokens() + answer.visionTokens())
                .isEqualTo(Math.min(limit, limit - 2 + tokens));
          } else {
            Failure failure = (Failure) outcome;
            assertThat(failure.code()).isEqualTo("PROMPT_TOO_LONG");
            assertThat(failure.message())
                .contains(tokens + " of them vision tokens, and the model takes " + limit);
          }
        }
      }
    }
  }

  /**
   * In half precision, rounding depends on the batch. The second question is laid out for the
   * cached prefix; the third one has a longer prefix, so that the prefix cache is allocated again.
   */
  @Test
  void anImageThatBecomesAnotherNumberOfTokensNextTimeIsNoTrouble() throws Exception {
    Gate gate = new Gate();
    try (Engine engine =
        BatchingEngine.start(
            checkpoint,
            ModelSettings.exact(),
            () ->
                new FailingModel(
                    UnevenImages.drifting(LlavaModel.load(checkpoint, ModelSettings.exact())),
                    gate),
            tokenizer,
            new EngineSettings(8))) {
      int first = ((Answer) engine.submit(jobs.get(0)).join()).visionTokens();
      gate.close();
      CompletableFuture<Outcome> running = engine.submit(job("no picture"));
      gate.awaitArrival();
      CompletableFuture<Outcome> second = engine.submit(jobs.get(1));
      CompletableFuture<Outcome> third =
          engine.submit(job("so it is ".repeat(40) + "<image>", images.get(1)));
      gate.open();

      assertThat(running.join()).isInstanceOf(Answer.class);
      assertThat(((Answer) second.join()).visionTokens()).isNotEqualTo(first);
      assertThat(((Answer) third.join()).visionTokens()).isPositive();
      assertThat(engine.statistics().batchReductions()).isEqualTo(1);
    }
  }

  /** It is encoded nevertheless, and the rows of images after it in the batch are not shifted. */
  @Test
  void ofTwoImagesTheSecondMayBeCutOff() throws Exception {
    int limit = checkpoint.config().tokenizerModelMaxLength();
    int tokens = UnevenImages.count(images.get(0).chw(), checkpoint.config().visionTokens());
    int[] whole = new int[limit + 1 - tokens];
    Arrays.fill(whole, 300);
    whole[1] = LlamaTokenizer.IMAGE_TOKEN_INDEX;
    int[] longer = Arrays.copyOf(whole, whole.length + 2);
    longer[whole.length] = 301;
    longer[whole.length + 1] = LlamaTokenizer.IMAGE_TOKEN_INDEX;
    EngineSettings cutting = new EngineSettings(4, true, true, OptionalLong.empty());
    Gate gate = new Gate();
    try (Engine engine = engine(checkpoint, cutting, model -> new FailingModel(model, gate))) {
      gate.close();
      engine.submit(job("no picture"));
      gate.awaitArrival();
      CompletableFuture<Outcome> ofTwo =
          engine.submit(new EngineJob(longer, images.subList(0, 2), Generation.greedy(3)));
      CompletableFuture<Outcome> ofAnother = engine.submit(jobs.get(5 * QUESTIONS));
      gate.open();
      CompletableFuture<Outcome> ofOne =
          engine.submit(new EngineJob(whole, images.subList(0, 1), Generation.greedy(3)));

      assertThat(((Answer) ofTwo.join()).visionTokens()).isEqualTo(tokens);
      assertThat(((Answer) ofTwo.join()).tokenIds()).isEqualTo(((Answer) ofOne.join()).tokenIds());
      assertThat(((Answer) ofAnother.join()).tokenIds())
          .isEqualTo(alone.get(5 * QUESTIONS).tokenIds());
      assertThat(engine.statistics().batchReductions()).isZero();
    }
  }

  /** Blocks the device in its next step, so that jobs wait together. */
  private static final class Gate implements FailingModel.Fault {
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);
    private final AtomicBoolean closed = new AtomicBoolean();

    void close() {
      closed.set(true);
    }

    void awaitArrival() throws InterruptedException {
      arrived.await();
    }

    void open() {
      opened.countDown();
    }

    @Override
    public void before(FailingModel.Call call) {
      if (call.isStep() && closed.compareAndSet(true, false)) {
        arrived.countDown();
        try {
          opened.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  private static void assertSame(List<Answer> answers) {
    for (int i = 0; i < alone.size(); i++) {
      assertThat(answers.get(i).tokenIds()).as("job %d", i).isEqualTo(alone.get(i).tokenIds());
      assertThat(answers.get(i).visionTokens()).isEqualTo(alone.get(i).visionTokens());
    }
  }

  private static List<Answer> answers(
      EngineSettings settings, List<EngineJob> jobs, UnaryOperator<VisionLanguageModel> wrap) {
    try (Engine engine = engine(checkpoint, settings, wrap)) {
      List<CompletableFuture<Outcome>> outcomes = jobs.stream().map(engine::submit).toList();
      return outcomes.stream().map(outcome -> (Answer) outcome.join()).toList();
    }
  }

  private static Engine engine(
      LlavaCheckpoint checkpoint,
      EngineSettings settings,
      UnaryOperator<VisionLanguageModel> wrap) {
    return BatchingEngine.start(
        checkpoint,
        ModelSettings.exact(),
        () -> wrap.apply(UnevenImages.of(LlavaModel.load(checkpoint, ModelSettings.exact()))),
        tokenizer,
        settings);
  }
}
