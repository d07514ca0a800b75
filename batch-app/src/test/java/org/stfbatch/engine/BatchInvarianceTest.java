package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;

/**
 * In float32 an answer depends on its job alone: not on the batch, the order, the cache or what is
 * shared with others.
 */
final class BatchInvarianceTest {
  private static final int JOBS = 60;

  private static LlavaCheckpoint checkpoint;
  private static LlamaTokenizer tokenizer;

  @BeforeAll
  static void open() {
    checkpoint = LlavaCheckpoint.open(Golden.file("checkpoints/tiny"), Optional.empty());
    tokenizer = LlamaTokenizer.open(checkpoint.directory());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyWayOfRunningGivesTheSameAnswers(long seed) throws Exception {
    List<EngineJob> jobs = randomJobs(new Random(seed));
    List<Integer> inOrder = IntStream.range(0, JOBS).boxed().toList();
    List<Integer> shuffled = new ArrayList<>(inOrder);
    Collections.shuffle(shuffled, new Random(seed));

    List<Answer> alone = answers(jobs, inOrder, new EngineSettings(1));

    assertThat(alone.stream().map(Answer::finishReason))
        .contains(FinishReason.STOP_TEXT, FinishReason.LENGTH, FinishReason.CHOICE);
    assertSame(alone, answers(jobs, shuffled, new EngineSettings(7)));
    assertSame(alone, answers(jobs, inOrder, new EngineSettings(32)));
    assertSame(alone, answers(jobs, shuffled, withoutReuse(7)));
    assertSame(alone, answers(jobs, inOrder, withoutReuse(32)));
    assertSame(alone, answers(jobs, shuffled, smallCache(32)));
  }

  private static EngineSettings withoutReuse(int batch) {
    return new EngineSettings(batch, false, false, OptionalLong.empty());
  }

  /** Room for a few sequences only, so that slots and shelves are fought for. */
  private static EngineSettings smallCache(int batch) {
    return new EngineSettings(batch, false, true, OptionalLong.of(3 << 20));
  }

  private static void assertSame(List<Answer> expected, List<Answer> actual) {
    for (int i = 0; i < JOBS; i++) {
      assertThat(actual.get(i).tokenIds()).as("job %d", i).isEqualTo(expected.get(i).tokenIds());
      assertThat(actual.get(i).text()).isEqualTo(expected.get(i).text());
      assertThat(actual.get(i).finishReason()).isEqualTo(expected.get(i).finishReason());
      assertClose(expected.get(i).logProbabilities(), actual.get(i).logProbabilities());
    }
  }

  private static void assertClose(Map<String, Double> expected, Map<String, Double> actual) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (choice, score) ->
            assertThat(actual.get(choice)).as(choice).isCloseTo(score, within(1e-4)));
  }

  private static List<Answer> answers(
      List<EngineJob> jobs, List<Integer> order, EngineSettings settings) {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>(Collections.nCopies(JOBS, null));
    try (Engine engine =
        BatchingEngine.start(checkpoint, ModelSettings.exact(), tokenizer, settings)) {
      order.forEach(i -> outcomes.set(i, engine.submit(jobs.get(i))));
      return outcomes.stream().map(outcome -> (Answer) outcome.join()).toList();
    }
  }

  /**
   * Questions of all lengths about few images or none; greedy and drawn; short and long answers,
   * some of which end, and some of which are chosen.
   */
  private static List<EngineJob> randomJobs(Random random) {
    List<Pixels> images = IntStream.range(0, 9).mapToObj(i -> noise(random)).toList();
    return IntStream.range(0, JOBS).mapToObj(i -> randomJob(random, images)).toList();
  }

  private static Pixels noise(Random random) {
    int size = checkpoint.config().image().size();
    byte[] pixels = new byte[3 * size * size];
    random.nextBytes(pixels);
    return new Pixels(size, pixels);
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
          IntStream.range(0, count).mapToObj(i -> "It is ".repeat(i % 3) + i).toList(), tokenizer);
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
