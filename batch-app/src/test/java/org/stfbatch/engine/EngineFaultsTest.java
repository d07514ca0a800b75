package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.stfbatch.image.NoiseImage;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.OutOfDeviceMemoryException;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Mutations;

/**
 * For any device fault, every job has one outcome, and the engine continues or reports that it is
 * broken.
 */
final class EngineFaultsTest {
  private static final int JOBS = 40;
  private static final int BATCH = 6;

  /** Fewer may break too few engines. */
  private static final int FEWEST_MIXES = 200;

  /**
   * Mixes of faults per engine. A reduced batch stays small for long; a new engine starts with the
   * full batch.
   */
  private static final int MIXES_OF_AN_ENGINE = 16;

  private static final long SECONDS_WITHOUT_A_HANG = 60;

  private static LlavaCheckpoint checkpoint;
  private static LlamaTokenizer tokenizer;
  private static List<EngineJob> jobs;
  private static Map<Setup, List<Answer>> answers;

  private static Level logged;

  @BeforeAll
  static void logNothingOfThousandsOfFaults() {
    logged = loopLogger().getLevel();
    loopLogger().setLevel(Level.OFF);
  }

  @AfterAll
  static void logAgain() {
    loopLogger().setLevel(logged);
  }

  private static Logger loopLogger() {
    return (Logger) LoggerFactory.getLogger(DeviceLoop.class);
  }

  @BeforeAll
  static void answerEveryJobWithoutFaults() {
    checkpoint = LlavaCheckpoint.open(Golden.file("checkpoints/tiny"), Optional.empty());
    tokenizer = LlamaTokenizer.open(checkpoint.directory());
    Random random = new Random(7);
    List<Pixels> images = IntStream.range(0, 5).mapToObj(i -> noise(random)).toList();
    jobs = IntStream.range(0, JOBS).mapToObj(i -> job(random, images)).toList();
    answers =
        Stream.of(Setup.values()).collect(Collectors.toMap(k -> k, EngineFaultsTest::answers));
  }

  private static List<Answer> answers(Setup setup) {
    try (Engine engine = engine(new Faults(), setup)) {
      return jobs.stream().map(job -> (Answer) engine.submit(job).join()).toList();
    }
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static Pixels noise(Random random) {
    return NoiseImage.of(checkpoint.config().image().size(), random);
  }

  private static EngineJob job(Random random, List<Pixels> images) {
    boolean pictured = random.nextInt(4) > 0;
    String prompt =
        "USER: "
            + (pictured ? "<image>\n" : "")
            + "Why? ".repeat(1 + random.nextInt(4))
            + random.nextInt(1000);
    List<Pixels> image = pictured ? List.of(images.get(random.nextInt(images.size()))) : List.of();
    return new EngineJob(tokenizer.encodeWithImages(prompt), image, task(random));
  }

  private static Task task(Random random) {
    if (random.nextInt(4) == 0) {
      return AnswerChoices.of(List.of("yes", "no", "yes and no"), tokenizer, false);
    }
    boolean drawn = random.nextInt(3) == 0;
    Penalties penalties = random.nextBoolean() ? Penalties.NONE : new Penalties(1.3, 2, 0.5, 0.5);
    return new Generation(
        1 + random.nextInt(4),
        drawn ? 0.7 : 0,
        0.9,
        random.nextLong(),
        List.of(),
        penalties,
        RepetitionDetection.OFF);
  }

  /** Image handling of the model. */
  private enum Setup {
    COPIES_PREFIXES(model -> model),
    READS_PREFIXES(PrefixReader::of),
    UNEVEN_IMAGES(UnevenImages::of);

    private final UnaryOperator<VisionLanguageModel> wrapper;

    Setup(UnaryOperator<VisionLanguageModel> wrapper) {
      this.wrapper = wrapper;
    }
  }

  /**
   * Faults of one mix: the indices of the failing calls, counted from the mix's first one, and how
   * they fail.
   */
  private static final class Faults implements FailingModel.Fault {
    private Map<Integer, Supplier<Throwable>> before = Map.of();
    private Map<Integer, Supplier<Throwable>> after = Map.of();
    private Optional<Integer> poison = Optional.empty();
    private Optional<Integer> notFinite = Optional.empty();
    private int calls;
    private int raised;

    synchronized void set(
        Map<Integer, Supplier<Throwable>> before,
        Map<Integer, Supplier<Throwable>> after,
        Optional<Integer> poison,
        Optional<Integer> notFinite) {
      this.before = before;
      this.after = after;
      this.poison = poison;
      this.notFinite = notFinite;
      calls = 0;
      raised = 0;
    }

    @Override
    public synchronized void before(FailingModel.Call call) {
      calls++;
      boolean poisoned =
          call.isStep()
              && call.prompts().stream()
                  .anyMatch(p -> poison.filter(l -> l == p.end()).isPresent());
      raise(poisoned ? () -> new ModelException("poison", null) : before.get(calls));
    }

    @Override
    public synchronized void after(FailingModel.Call call) {
      raise(after.get(calls));
    }

    private void raise(Supplier<Throwable> error) {
      if (error != null) {
        raised++;
        FailingModel.raise(error.get());
      }
    }

    @Override
    public synchronized int[] tokens(int[] next) {
      if (notFinite.filter(at -> at == calls).isPresent()) {
        next[next.length - 1] = VisionLanguageModel.NOT_FINITE;
      }
      return next;
    }

    @Override
    public synchronized List<double[]> scores(List<double[]> scores) {
      if (notFinite.filter(at -> at == calls).isPresent()) {
        scores.get(0)[0] = Double.NaN;
      }
      return scores;
    }
  }

  private static final List<Supplier<Throwable>> ERRORS =
      List.of(
          () -> new ModelException("boom", null),
          () -> new OutOfDeviceMemoryException("out of memory", null),
          () -> new OutOfMemoryError("Java heap space"),
          () -> new IllegalStateException("a fault of this program"),
          () -> new ArrayIndexOutOfBoundsException(7),
          () -> new StackOverflowError(),
          () -> new AssertionError("never"),
          () -> new NoClassDefFoundError("some/Kernel"));

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void everyJobHasOneOutcomeWhateverFails(Setup setup) throws Exception {
    int mixes = Math.max(FEWEST_MIXES, Mutations.count());
    Random random = new Random(20);
    Faults faults = new Faults();
    int broken = 0;
    int failed = 0;
    Engine engine = engine(faults, setup);
    try {
      for (int mix = 0; mix < mixes; mix++) {
        Mix outcome = mix(random, faults, engine, answers.get(setup));
        failed += outcome.failed();
        if (outcome.isBroken()) {
          broken++;
        }
        if (outcome.isBroken() || mix % MIXES_OF_AN_ENGINE == 0) {
          engine.close();
          engine = engine(faults, setup);
        }
      }
    } finally {
      engine.close();
    }
    // Both results occurred often enough for the test to be meaningful.
    assertThat(broken).isBetween(mixes / 100, mixes / 4);
    assertThat(failed).isGreaterThan(mixes / 20);
  }

  private record Mix(int failed, boolean isBroken) {}

  private static Mix mix(Random random, Faults faults, Engine engine, List<Answer> answers)
      throws Exception {
    List<Integer> asked =
        IntStream.range(0, 1 + random.nextInt(BATCH + 2))
            .mapToObj(i -> random.nextInt(JOBS))
            .toList();
    boolean dead = random.nextInt(40) == 0;
    int transientFaults = random.nextInt(3);
    Map<Integer, Supplier<Throwable>> before = new HashMap<>();
    Map<Integer, Supplier<Throwable>> after = new HashMap<>();
    for (int i = 0; i < transientFaults; i++) {
      (random.nextBoolean() ? before : after).put(1 + random.nextInt(12), error(random));
    }
    if (dead) {
      int from = 1 + random.nextInt(10);
      Supplier<Throwable> error = error(random);
      IntStream.range(from, from + 10_000).forEach(call -> before.put(call, error));
    }
    Optional<Integer> poison =
        random.nextInt(8) == 0
            ? Optional.of(promptLength(answers.get(asked.get(0))))
            : Optional.empty();
    Optional<Integer> notFinite =
        random.nextInt(8) == 0 ? Optional.of(1 + random.nextInt(12)) : Optional.empty();
    faults.set(before, after, poison, notFinite);

    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    asked.forEach(job -> outcomes.add(engine.submit(jobs.get(job))));
    int failed = 0;
    boolean broken = false;
    for (int i = 0; i < asked.size(); i++) {
      try {
        Outcome outcome = outcomes.get(i).get(SECONDS_WITHOUT_A_HANG, TimeUnit.SECONDS);
        if (outcome instanceof Answer answer) {
          assertThat(answer.tokenIds()).isEqualTo(answers.get(asked.get(i)).tokenIds());
          assertThat(answer.text()).isEqualTo(answers.get(asked.get(i)).text());
        } else {
          failed++;
          String code = ((Failure) outcome).code();
          assertThat(code).isIn("ENGINE_ERROR", "ENGINE_NUMERIC");
          assertThat(code.equals("ENGINE_NUMERIC") ? notFinite : poison.or(() -> dead(dead)))
              .as("%s was to be expected", outcome)
              .isPresent();
        }
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(EngineException.class);
        broken = true;
      }
    }
    assertThat(broken)
        .as("an engine breaks for a dead device or many poisonous jobs")
        .isIn(false, dead || poison.isPresent());
    faults.set(Map.of(), Map.of(), Optional.empty(), Optional.empty());
    if (broken) {
      CompletableFuture<Outcome> next = engine.submit(jobs.get(0));
      assertThat(next).isCompletedExceptionally();
    }
    return new Mix(failed, broken);
  }

  private static Optional<Integer> dead(boolean dead) {
    return dead ? Optional.of(0) : Optional.empty();
  }

  private static int promptLength(Answer answer) {
    return answer.promptTokens() + answer.visionTokens();
  }

  private static Supplier<Throwable> error(Random random) {
    return ERRORS.get(random.nextInt(ERRORS.size()));
  }

  private static Engine engine(Faults faults, Setup setup) {
    return BatchingEngine.start(
        checkpoint,
        ModelSettings.exact(),
        () -> model(faults, setup),
        tokenizer,
        new EngineSettings(BATCH));
  }

  private static VisionLanguageModel model(Faults faults, Setup setup) {
    LlavaModel model = LlavaModel.load(checkpoint, ModelSettings.exact());
    return new FailingModel(setup.wrapper.apply(model), faults);
  }
}
