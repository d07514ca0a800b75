package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.image.NoiseImage;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.WeightFormat;
import org.stfbatch.model.checkpoint.FusionVariant;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.NewCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.HeadMaskFiles;
import org.stfbatch.testing.LongForm;

/**
 * In float32 an answer depends only on its job: not on the batch, the order, the cache or prefix
 * sharing.
 */
final class BatchInvarianceTest {
  private static final double INT8_LIMIT = 0.05;
  private static final int JOBS = 60;
  private static final int FEWER_JOBS = 25;

  @TempDir private static Path folder;

  private static LlavaCheckpoint checkpoint;
  private static LlavaCheckpoint plain;
  private static LlamaTokenizer tokenizer;

  @BeforeAll
  static void open() throws IOException {
    checkpoint = LlavaCheckpoint.open(Golden.file("checkpoints/tiny"), Optional.empty());
    tokenizer = LlamaTokenizer.open(checkpoint.directory());
    Path written = folder.resolve("plain");
    NewCheckpoint.withProjectors(checkpoint, FusionVariant.named("plain"), 1).write(written);
    plain = LlavaCheckpoint.open(written, Optional.empty());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  static LongStream waySeeds() {
    return LongForm.seeds(1, 2, 3);
  }

  static LongStream penaltySeeds() {
    return LongForm.seeds(8, 9);
  }

  static LongStream prefixSeeds() {
    return LongForm.seeds(6, 7);
  }

  @ParameterizedTest
  @MethodSource("waySeeds")
  void everyWayOfRunningGivesTheSameAnswers(long seed) throws Exception {
    List<EngineJob> jobs = randomJobs(new Random(seed), JOBS);
    List<Integer> inOrder = inOrder(JOBS);
    List<Integer> shuffled = shuffled(JOBS, seed);

    List<Answer> alone = answers(jobs, inOrder, new EngineSettings(1));

    assertThat(alone.stream().map(Answer::finishReason))
        .contains(FinishReason.STOP_TEXT, FinishReason.LENGTH, FinishReason.CHOICE);
    assertSame(alone, answers(jobs, shuffled, new EngineSettings(7)));
    assertSame(alone, answers(jobs, inOrder, new EngineSettings(32)));
    assertSame(alone, answers(jobs, shuffled, withoutReuse(7)));
    assertSame(alone, answers(jobs, inOrder, withoutReuse(32)));
    assertSame(alone, answers(jobs, shuffled, smallCache(32)));
  }

  @ParameterizedTest
  @MethodSource("penaltySeeds")
  void neitherDoPenalties(long seed) throws Exception {
    Random random = new Random(seed);
    List<EngineJob> jobs =
        randomJobs(random, FEWER_JOBS).stream().map(job -> penalized(job, random)).toList();
    List<Integer> inOrder = inOrder(FEWER_JOBS);
    List<Integer> shuffled = shuffled(FEWER_JOBS, seed);

    List<Answer> alone = answers(jobs, inOrder, new EngineSettings(1));

    assertSame(alone, answers(jobs, shuffled, new EngineSettings(7)));
    assertSame(alone, answers(jobs, inOrder, withoutReuse(32)));
    assertSame(alone, answersOfReader(jobs, shuffled, smallCache(32)));
  }

  /** Gives two of three jobs penalties, some of them several. */
  private static EngineJob penalized(EngineJob job, Random random) {
    if (!(job.task() instanceof Generation task) || random.nextInt(3) == 0) {
      return job;
    }
    Penalties penalties =
        new Penalties(
            random.nextBoolean() ? 1 : 0.8 + random.nextDouble(),
            random.nextInt(4),
            random.nextBoolean() ? 0 : 4 * random.nextDouble() - 2,
            random.nextBoolean() ? 0 : 4 * random.nextDouble() - 2);
    return new EngineJob(
        job.promptIds(),
        job.images(),
        new Generation(
            task.maxNewTokens(),
            task.temperature(),
            task.topP(),
            task.seed(),
            task.stop(),
            penalties,
            new RepetitionDetection(8, 2, 6)));
  }

  /**
   * The last bit of a float32 sum may depend on the batch and change a quantized code: texts are
   * equal, likelihoods almost.
   */
  @Test
  void neitherDoInt8Weights() {
    ModelSettings model = ModelSettings.exact().with(WeightFormat.INT8);
    List<EngineJob> jobs = randomJobs(new Random(5), JOBS);
    List<Integer> inOrder = inOrder(JOBS);
    List<Integer> shuffled = shuffled(JOBS, 5);

    List<Answer> alone = answers(checkpoint, model, jobs, inOrder, new EngineSettings(1));

    assertSame(
        alone, INT8_LIMIT, answers(checkpoint, model, jobs, shuffled, new EngineSettings(7)));
    assertSame(
        alone, INT8_LIMIT, answers(checkpoint, model, jobs, inOrder, new EngineSettings(32)));
    assertSame(alone, INT8_LIMIT, answers(checkpoint, model, jobs, shuffled, withoutReuse(7)));
    assertSame(alone, INT8_LIMIT, answers(checkpoint, model, jobs, inOrder, smallCache(32)));
  }

  /** Sums in another order are almost equal. */
  @ParameterizedTest
  @MethodSource("prefixSeeds")
  void readingPrefixesInPlaceGivesTheSameAnswers(long seed) throws Exception {
    List<EngineJob> jobs = randomJobs(new Random(seed), JOBS);
    List<Integer> inOrder = inOrder(JOBS);
    List<Integer> shuffled = shuffled(JOBS, seed);

    List<Answer> alone = answers(jobs, inOrder, new EngineSettings(1));

    assertSame(alone, answersOfReader(jobs, inOrder, new EngineSettings(1)));
    assertSame(alone, answersOfReader(jobs, shuffled, new EngineSettings(7)));
    assertSame(alone, answersOfReader(jobs, inOrder, new EngineSettings(32)));
    assertSame(alone, answersOfReader(jobs, shuffled, smallCache(32)));
  }

  private static List<Answer> answersOfReader(
      List<EngineJob> jobs, List<Integer> order, EngineSettings settings) {
    ModelSettings exact = ModelSettings.exact();
    return answers(
        BatchingEngine.start(
            checkpoint,
            exact,
            () -> PrefixReader.of(LlavaModel.load(checkpoint, exact)),
            tokenizer,
            settings),
        jobs,
        order);
  }

  /** On LLaVA-1.5's projector, with images of 16 patches. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "vtc-cls:layer=20,tokens=6",
        "prumerge",
        "prumerge+",
        "avgpool",
        "scope:tokens=6",
        "divprune:tokens=6",
        "fastv:layer=1,keep=6",
        "yopo:window=3,layers=2,heads=MASKS,ffn=4",
        "yopo:window=3,layers=2,heads=MASKS,ffn=4,mask=before-softmax"
      })
  void compressionDoesNotChangeThat(String spec) throws IOException {
    Path masks = HeadMaskFiles.write(folder.resolve("masks.npy"), "0110", "0000", "1000");
    CompressionStrategy strategy =
        CompressionStrategy.parse(spec.replace("MASKS", masks.toString()));
    ModelSettings model = ModelSettings.exact().with(strategy);
    List<EngineJob> jobs = randomJobs(new Random(4), FEWER_JOBS);
    List<Integer> inOrder = inOrder(FEWER_JOBS);
    List<Integer> shuffled = shuffled(FEWER_JOBS, 4);

    List<Answer> alone = answers(plain, model, jobs, inOrder, new EngineSettings(1));

    int most = model.compression().mostVisionTokens(plain.config().shape());
    assertThat(alone).anyMatch(answer -> answer.visionTokens() > 0);
    assertThat(alone).allMatch(answer -> answer.visionTokens() <= most);
    assertSame(alone, answers(plain, model, jobs, shuffled, withoutReuse(7)));
    assertSame(alone, answers(plain, model, jobs, inOrder, smallCache(32)));
  }

  private static List<Integer> inOrder(int jobs) {
    return IntStream.range(0, jobs).boxed().toList();
  }

  private static List<Integer> shuffled(int jobs, long seed) {
    List<Integer> shuffled = new ArrayList<>(inOrder(jobs));
    Collections.shuffle(shuffled, new Random(seed));
    return shuffled;
  }

  private static EngineSettings withoutReuse(int batch) {
    return new EngineSettings(batch, false, false, OptionalLong.empty());
  }

  /** A cache for only a few sequences, so that slots and prefix cache entries are reused. */
  private static EngineSettings smallCache(int batch) {
    return new EngineSettings(batch, false, true, OptionalLong.of(3 << 20));
  }

  private static void assertSame(List<Answer> expected, List<Answer> actual) {
    assertSame(expected, 1e-4, actual);
  }

  private static void assertSame(List<Answer> expected, double limit, List<Answer> actual) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).tokenIds()).as("job %d", i).isEqualTo(expected.get(i).tokenIds());
      assertThat(actual.get(i).text()).isEqualTo(expected.get(i).text());
      assertThat(actual.get(i).finishReason()).isEqualTo(expected.get(i).finishReason());
      assertClose(expected.get(i).logProbabilities(), limit, actual.get(i).logProbabilities());
    }
  }

  private static void assertClose(
      Map<String, Double> expected, double limit, Map<String, Double> actual) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (choice, score) ->
            assertThat(actual.get(choice)).as(choice).isCloseTo(score, within(limit)));
  }

  private static List<Answer> answers(
      List<EngineJob> jobs, List<Integer> order, EngineSettings settings) {
    return answers(checkpoint, ModelSettings.exact(), jobs, order, settings);
  }

  private static List<Answer> answers(
      LlavaCheckpoint checkpoint,
      ModelSettings model,
      List<EngineJob> jobs,
      List<Integer> order,
      EngineSettings settings) {
    return answers(BatchingEngine.start(checkpoint, model, tokenizer, settings), jobs, order);
  }

  /**
   * @param engine closed by this method
   */
  private static List<Answer> answers(Engine engine, List<EngineJob> jobs, List<Integer> order) {
    List<CompletableFuture<Outcome>> outcomes =
        new ArrayList<>(Collections.nCopies(jobs.size(), null));
    try (engine) {
      order.forEach(i -> outcomes.set(i, engine.submit(jobs.get(i))));
      return outcomes.stream().map(outcome -> (Answer) outcome.join()).toList();
    }
  }

  /**
   * Questions of various lengths about a few images or none; greedy, sampled and chosen; short and
   * long answers, some of which end early.
   */
  private static List<EngineJob> randomJobs(Random random, int jobs) {
    List<Pixels> images = IntStream.range(0, 9).mapToObj(i -> noise(random)).toList();
    return IntStream.range(0, jobs).mapToObj(i -> randomJob(random, images)).toList();
  }

  private static Pixels noise(Random random) {
    return NoiseImage.of(checkpoint.config().image().size(), random);
  }

  private static EngineJob randomJob(Random random, List<Pixels> images) {
    boolean pictured = random.nextInt(5) > 0;
    String question = "What is this? ".repeat(1 + random.nextInt(6)) + random.nextInt();
    String prompt = "A chat. USER: " + (pictured ? "<image>\n" : "") + question + " ASSISTANT:";
    List<Pixels> image = pictured ? List.of(images.get(random.nextInt(images.size()))) : List.of();
    return new EngineJob(tokenizer.encodeWithImages(prompt), image, randomTask(random));
  }

  private static Task randomTask(Random random) {
    if (random.nextInt(4) == 0) {
      int count = 1 + random.nextInt(9);
      return AnswerChoices.of(
          IntStream.range(0, count).mapToObj(i -> "It is ".repeat(i % 3) + i).toList(),
          tokenizer,
          false);
    }
    List<String> stop = List.of(String.valueOf((char) ('a' + random.nextInt(26))) + "o");
    boolean drawn = random.nextInt(3) == 0;
    return new Generation(
        1 + random.nextInt(40),
        drawn ? 0.2 + random.nextDouble() : 0,
        random.nextBoolean() ? 1 : 0.9,
        random.nextLong(),
        stop);
  }
}
