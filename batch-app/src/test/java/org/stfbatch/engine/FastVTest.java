package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.ImagePruning;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.PromptImage;
import org.stfbatch.model.PrunedImage;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/** FastV with a KV cache, against recordings of its authors' code. */
final class FastVTest {
  private static final float LIMIT = 5e-4f;

  private static LlavaCheckpoint checkpoint;
  private static LlamaTokenizer tokenizer;

  @BeforeAll
  static void open() {
    checkpoint = LlavaCheckpoint.open(Golden.file("checkpoints/small-llava15"), Optional.empty());
    tokenizer = LlamaTokenizer.open(checkpoint.directory());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void keptTokensScoresAndLogitsAreTheOriginals() throws Exception {
    List<RecordedCase> cases = RecordedCase.ofStrategy("fastv");
    assertThat(cases).isNotEmpty();
    for (RecordedCase recorded : cases) {
      try (LlavaModel model = LlavaModel.load(checkpoint, settings(recorded))) {
        EngineJob job = job(recorded);
        PromptLayout layout = PromptLayout.of(job.promptIds(), new int[] {576});
        PromptLayout.ImageSpan image = layout.imageBeforeText().orElseThrow();
        VisionTokens vision = model.encodeImages(List.of(job.images().get(0).chw()));
        CacheLength room = CacheLength.of(layout.length());
        model.reserve(new CacheShape(1, room, 0, CacheLength.of(0), 0));
        TokenSpan prompt =
            new TokenSpan(0, layout.tokenIds(), layout.visionIndex())
                .pruning(new PromptImage(image.start(), image.tokens(), PromptImage.IN_SPAN));

        float[] logits = model.logits(prompt, vision);

        PrunedImage pruned = model.tracePruning();
        assertThat(pruned.kept()).as(recorded.id()).containsExactly(recorded.kept());
        assertClose(recorded.id(), pruned.score(), Npy.read(recorded.array("score")).floats());
        assertClose(recorded.id(), logits, Npy.read(recorded.logits()).floats());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("org.stfbatch.engine.BatchSettings#compared")
  void greedyTokensAreTheOriginalsAmongOtherJobs(EngineSettings settings) throws Exception {
    List<RecordedCase> others = RecordedCase.of("small-llava15");
    for (RecordedCase recorded : RecordedCase.ofStrategy("fastv")) {
      List<EngineJob> jobs = new ArrayList<>(Collections.nCopies(3, job(recorded)));
      jobs.addAll(otherJobs(others));
      Collections.shuffle(jobs.subList(1, jobs.size()), new Random(settings.batch()));
      try (Engine engine =
          BatchingEngine.start(checkpoint, settings(recorded), tokenizer, settings)) {
        List<CompletableFuture<Outcome>> outcomes = jobs.stream().map(engine::submit).toList();
        for (int i = 0; i < jobs.size(); i++) {
          Answer answer = (Answer) outcomes.get(i).join();
          if (jobs.get(i).equals(jobs.get(0))) {
            assertThat(answer.tokenIds()).as(recorded.id()).isEqualTo(recorded.outputIds());
            assertThat(answer.text()).isEqualTo(recorded.text());
          }
        }
      }
    }
  }

  /** Questions about another image, the same image in other words, and no image. */
  private static List<EngineJob> otherJobs(List<RecordedCase> recorded) throws Exception {
    List<EngineJob> jobs = new ArrayList<>();
    for (RecordedCase other : recorded) {
      jobs.add(job(other));
    }
    Pixels image = jobs.get(0).images().get(0);
    for (int i = 1; i < 5; i++) {
      int[] about = tokenizer.encodeWithImages("A chat. USER: <image>\nWhat" + "?".repeat(i));
      jobs.add(new EngineJob(about, List.of(image), Generation.greedy(3 * i)));
      int[] text = tokenizer.encodeWithImages("A chat. USER: Hello" + "!".repeat(i));
      jobs.add(new EngineJob(text, List.of(), Generation.greedy(2 * i)));
    }
    return jobs;
  }

  @Test
  void itKeepsNoMoreThanThereIsAndPrunesNothingWithoutTextBehindTheImage() {
    ImagePruning pruning = ImagePruning.selecting(2, 144);

    assertThat(pruning.dropped(576)).isEqualTo(432);
    assertThat(pruning.dropped(100)).isZero();
    PromptLayout layout = PromptLayout.of(new int[] {1, -200, 5}, new int[] {4});
    assertThat(layout.imageBeforeText()).contains(new PromptLayout.ImageSpan(1, 5));
    assertThat(layout.cut(4).imageBeforeText()).isEmpty();
    assertThat(PromptLayout.of(new int[] {1, 5}, new int[0]).imageBeforeText()).isEmpty();
  }

  @Test
  void aJobWithTwoImagesFailsByName() throws Exception {
    EngineJob one = job(RecordedCase.ofStrategy("fastv").get(0));
    Pixels image = one.images().get(0);
    int[] ids = tokenizer.encodeWithImages("<image>\n<image>\nSame?");
    EngineJob two = new EngineJob(ids, List.of(image, image), Generation.greedy(1));
    ModelSettings settings = ModelSettings.exact().with(CompressionStrategy.parse("fastv"));
    try (Engine engine =
        BatchingEngine.start(checkpoint, settings, tokenizer, new EngineSettings(1))) {
      Failure failure = (Failure) engine.submit(two).join();
      assertThat(failure.code()).isEqualTo("PROMPT_IMAGE_MARKERS");
      assertThat(failure.message())
          .startsWith("fastv reduces one image of a prompt, and this job has 2");
    }
  }

  private static EngineJob job(RecordedCase recorded) throws Exception {
    return recorded.job(tokenizer, checkpoint.config().image().size());
  }

  private static ModelSettings settings(RecordedCase recorded) {
    String spec =
        "fastv:layer=%s,ratio=%s"
            .formatted(
                recorded.json().get("params").get("k").asText(),
                recorded.json().get("params").get("r").asText());
    return ModelSettings.exact().with(CompressionStrategy.parse(spec));
  }

  private static void assertClose(String what, float[] ours, float[] recorded) {
    assertThat(ours).as(what).hasSameSizeAs(recorded);
    for (int i = 0; i < recorded.length; i++) {
      assertThat(ours[i]).as("%s[%d]", what, i).isCloseTo(recorded[i], within(LIMIT));
    }
  }
}
