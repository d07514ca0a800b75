package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.stfbatch.image.NoiseImage;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.Trace;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/** Compressed vision tokens and the answers from them equal those of the strategies' authors. */
final class GoldenCompressionTest {
  private static final float LIMIT = 5e-4f;

  /** For attention, whose largest values are about 1e-2. */
  private static final float SCORE_LIMIT = 1e-6f;

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

  static List<RecordedCase> cases() {
    return RecordedCase.compressed();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void keptPatchesVisionTokensAndLogitsAreTheAuthors(RecordedCase recorded) throws Exception {
    EngineJob job = job(recorded);

    Trace trace =
        Tracer.trace(
            checkpoint,
            ModelSettings.exact().with(recorded.strategy()),
            job.promptIds(),
            job.images());

    assertThat(trace.kept()).hasValueSatisfying(k -> assertThat(k).isEqualTo(recorded.kept()));
    String score = recorded.json().get("arrays").has("cls_attention") ? "" : "_sum";
    assertClose(trace, "score", recorded, "cls_attention" + score, SCORE_LIMIT);
    assertClose(trace, "vision_tokens", recorded, "vision_tokens", LIMIT);
    assertClose(trace, "logits", recorded, "prefill_logits_last", LIMIT);
  }

  private static void assertClose(
      Trace trace, String name, RecordedCase recorded, String array, float limit) {
    float[] ours = trace.get(name).data();
    float[] theirs = Npy.read(recorded.array(array)).floats();
    assertThat(ours).as(name).hasSameSizeAs(theirs);
    for (int i = 0; i < theirs.length; i++) {
      assertThat(ours[i]).as("%s[%d]", name, i).isCloseTo(theirs[i], within(limit));
    }
  }

  /** In batches with questions about other images, no image and two images. */
  @ParameterizedTest
  @MethodSource("cases")
  void greedyTokensAreTheAuthorsWhateverTheyAreBatchedWith(RecordedCase recorded) throws Exception {
    List<EngineJob> jobs = mixedWith(recorded);
    List<Answer> alone = answers(recorded, jobs, BatchSettings.of(1, false));
    assertThat(alone.get(0).tokenIds()).isEqualTo(recorded.outputIds());
    assertThat(alone.get(0).text()).isEqualTo(recorded.text());
    assertThat(alone.get(0).visionTokens())
        .isEqualTo(recorded.json().get("n_vision_tokens").asInt());

    for (EngineSettings settings : BatchSettings.compared()) {
      List<Answer> together = answers(recorded, jobs, settings);
      for (int i = 0; i < jobs.size(); i++) {
        assertThat(together.get(i).tokenIds())
            .as("job %d with %s", i, settings)
            .isEqualTo(alone.get(i).tokenIds());
        assertThat(together.get(i).visionTokens()).isEqualTo(alone.get(i).visionTokens());
      }
    }
  }

  private static List<EngineJob> mixedWith(RecordedCase recorded) throws Exception {
    EngineJob job = job(recorded);
    Random random = new Random(3);
    Pixels image = job.images().get(0);
    Pixels other = noise(random);
    List<EngineJob> jobs = new ArrayList<>(List.of(job));
    for (String question : List.of("Why?", "What is this, and how many?", "Where?", "Who is it?")) {
      jobs.add(asked("<image>\n" + question, image));
      jobs.add(asked("<image>\n" + question, other));
      jobs.add(asked(question));
      jobs.add(asked("<image> and <image>: " + question, other, image));
    }
    return jobs;
  }

  private static EngineJob asked(String question, Pixels... images) {
    return new EngineJob(
        tokenizer.encodeWithImages("A chat. USER: " + question + " ASSISTANT:"),
        List.of(images),
        Generation.greedy(8));
  }

  private static Pixels noise(Random random) {
    return NoiseImage.of(checkpoint.config().image().size(), random);
  }

  private static EngineJob job(RecordedCase recorded) throws Exception {
    return recorded.job(tokenizer, checkpoint.config().image().size());
  }

  /** Submits the jobs in another order; returns the answers in the order of the jobs. */
  private static List<Answer> answers(
      RecordedCase recorded, List<EngineJob> jobs, EngineSettings settings) {
    ModelSettings model = ModelSettings.exact().with(recorded.strategy());
    List<Integer> order = new ArrayList<>(IntStream.range(0, jobs.size()).boxed().toList());
    Collections.shuffle(order, new Random(settings.batch()));
    List<CompletableFuture<Outcome>> outcomes =
        new ArrayList<>(Collections.nCopies(jobs.size(), null));
    try (Engine engine = BatchingEngine.start(checkpoint, model, tokenizer, settings)) {
      order.forEach(i -> outcomes.set(i, engine.submit(jobs.get(i))));
      return outcomes.stream().map(outcome -> (Answer) outcome.join()).toList();
    }
  }
}
