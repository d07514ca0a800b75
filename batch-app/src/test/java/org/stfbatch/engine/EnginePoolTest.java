package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.stfbatch.image.NoiseImage;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;

/** Engine pool; two engines on the CPU represent two devices. */
final class EnginePoolTest {
  private static final int IMAGE_SIZE = 56;
  private static final int IMAGES = 4;
  private static final int QUESTIONS = 5;

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

  @Test
  void devicesShareTheWorkAndEveryImageIsEncodedOnOneOfThem() throws Exception {
    EngineJob recorded = RecordedCase.of("tiny").get(0).job(tokenizer, IMAGE_SIZE);
    List<EngineJob> jobs = new ArrayList<>();
    for (int question = 0; question < QUESTIONS; question++) {
      for (Pixels image : noise()) {
        int[] prompt = Arrays.copyOf(recorded.promptIds(), recorded.promptIds().length + question);
        Arrays.fill(prompt, recorded.promptIds().length, prompt.length, tokenizer.bosTokenId());
        jobs.add(new EngineJob(prompt, List.of(image), Generation.greedy(4)));
      }
    }
    List<Engine> engines = IntStream.range(0, 2).mapToObj(i -> engine()).toList();

    try (Engine one = engine();
        Engine pool = EnginePool.of(List.of(() -> engines.get(0), () -> engines.get(1)))) {
      assertThat(ids(pool, jobs)).isEqualTo(ids(one, jobs));
      assertThat(pool.statistics().images()).isEqualTo(IMAGES);
      assertThat(engines).allMatch(engine -> engine.statistics().images() > 0);
      assertThat(pool.statistics().decodedTokens()).isEqualTo(one.statistics().decodedTokens());
    }
  }

  @Test
  void aDeviceThatCannotBeStartedClosesTheOthers() throws Exception {
    AtomicReference<Engine> started = new AtomicReference<>();
    EngineJob job = RecordedCase.of("tiny").get(0).job(tokenizer, IMAGE_SIZE);

    assertThatThrownBy(
            () ->
                EnginePool.of(
                    List.of(
                        () -> {
                          started.set(engine());
                          return started.get();
                        },
                        () -> {
                          throw new ModelException("no such device", null);
                        })))
        .isInstanceOf(ModelException.class)
        .hasMessage("no such device");

    assertThatThrownBy(() -> started.get().submit(job).join())
        .hasCauseInstanceOf(EngineException.class);
  }

  private static List<Pixels> noise() {
    Random random = new Random(5);
    return IntStream.range(0, IMAGES).mapToObj(i -> NoiseImage.of(IMAGE_SIZE, random)).toList();
  }

  private static List<List<Integer>> ids(Engine engine, List<EngineJob> jobs) {
    List<CompletableFuture<Outcome>> outcomes = jobs.stream().map(engine::submit).toList();
    return outcomes.stream()
        .map(CompletableFuture::join)
        .map(outcome -> outcome instanceof Answer answer ? answer.tokenIds() : List.<Integer>of())
        .toList();
  }

  private static Engine engine() {
    return BatchingEngine.start(
        checkpoint, ModelSettings.exact(), tokenizer, new EngineSettings(8));
  }
}
