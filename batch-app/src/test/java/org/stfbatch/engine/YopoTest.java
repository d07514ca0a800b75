package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.Trace;
import org.stfbatch.model.WeightFormat;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/** YOPO against recordings of its authors' code, which masks weights after the softmax. */
final class YopoTest {
  private static final float LIMIT = 5e-4f;

  /** The image's first position in the recorded prompts. */
  private static final int START = 64;

  private static final int PATCHES = 576;

  private static LlavaCheckpoint checkpoint;
  private static LlamaTokenizer tokenizer;
  private static List<RecordedCase> recordings;

  @BeforeAll
  static void open() {
    checkpoint = LlavaCheckpoint.open(Golden.file("checkpoints/small-llava15"), Optional.empty());
    tokenizer = LlamaTokenizer.open(checkpoint.directory());
    recordings = RecordedCase.ofStrategy("yopo");
    assertThat(recordings).isNotEmpty();
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void hiddenStatesAndLogitsAreTheOriginals() throws Exception {
    for (RecordedCase recorded : recordings) {
      EngineJob job = job(recorded);
      ModelSettings settings = settings(recorded);

      Trace trace = Tracer.trace(checkpoint, settings, job.promptIds(), job.images());
      float[] states = Tracer.lastStates(checkpoint, settings, List.of(job)).get(0).data();

      assertClose(recorded.id(), trace.get("logits").data(), floats(recorded.logits()));
      // The recording begins with the embeddings, and has the last norm in place of the last layer.
      float[] original = floats(recorded.array("last_token_hidden"));
      int width = checkpoint.config().language().hiddenSize();
      for (int layer = 0; layer < 3; layer++) {
        assertClose(recorded.id(), row(states, width, layer), row(original, width, layer + 1));
      }
      assertClose(recorded.id(), row(states, width, 4), row(original, width, 4));
      if (recorded.json().get("arrays").has("hidden_l2")) {
        float[] whole = floats(recorded.array("hidden_l2"));
        assertClose(
            recorded.id(),
            trace.get("reduced").data(),
            Arrays.copyOfRange(whole, START * width, (START + PATCHES) * width));
      }
    }
  }

  private static float[] row(float[] matrix, int width, int row) {
    return Arrays.copyOfRange(matrix, row * width, (row + 1) * width);
  }

  @ParameterizedTest
  @CsvSource({"1, true, 1", "4, false, 2", "16, true, 5"})
  void greedyTokensAreTheOriginalsAmongOtherJobs(int batch, boolean reuse, int cases)
      throws Exception {
    for (RecordedCase recorded : recordings.subList(0, cases)) {
      List<EngineJob> jobs = new ArrayList<>(Collections.nCopies(2, job(recorded)));
      jobs.addAll(otherJobs(RecordedCase.of("small-llava15")));
      Collections.shuffle(jobs.subList(1, jobs.size()), new Random(batch));
      EngineSettings engine = new EngineSettings(batch, false, reuse, OptionalLong.empty());

      List<Answer> answers = answers(settings(recorded), engine, jobs);

      for (int i = 0; i < jobs.size(); i++) {
        if (jobs.get(i).equals(jobs.get(0))) {
          assertThat(answers.get(i).tokenIds()).as(recorded.id()).isEqualTo(recorded.outputIds());
        }
      }
    }
  }

  @Test
  void sequencesMayReadTheImageInPlace() throws Exception {
    RecordedCase recorded = recordings.get(0);
    ModelSettings model = settings(recorded);
    EngineSettings settings = new EngineSettings(3, false, true, OptionalLong.empty());

    List<Answer> answers =
        answers(
            BatchingEngine.start(
                checkpoint,
                model,
                () -> PrefixReader.of(LlavaModel.load(checkpoint, model)),
                tokenizer,
                settings),
            Collections.nCopies(3, job(recorded)));

    assertThat(answers)
        .allSatisfy(answer -> assertThat(answer.tokenIds()).isEqualTo(recorded.outputIds()));
  }

  private static List<Answer> answers(
      ModelSettings model, EngineSettings settings, List<EngineJob> jobs) {
    return answers(BatchingEngine.start(checkpoint, model, tokenizer, settings), jobs);
  }

  /**
   * @param engine closed by this method
   */
  private static List<Answer> answers(Engine engine, List<EngineJob> jobs) {
    try (engine) {
      List<CompletableFuture<Outcome>> outcomes = jobs.stream().map(engine::submit).toList();
      return outcomes.stream().map(outcome -> (Answer) outcome.join()).toList();
    }
  }

  /** Questions about another image, the same image in other words, and no image. */
  private static List<EngineJob> otherJobs(List<RecordedCase> recorded) throws Exception {
    List<EngineJob> jobs = new ArrayList<>();
    for (RecordedCase other : recorded) {
      jobs.add(job(other));
    }
    Pixels image = jobs.get(0).images().get(0);
    for (int i = 1; i < 3; i++) {
      int[] about = tokenizer.encodeWithImages("A chat. USER: <image>\nWhat" + "?".repeat(i));
      jobs.add(new EngineJob(about, List.of(image), Generation.greedy(3 * i)));
      int[] first = tokenizer.encodeWithImages("<image>\nWhat" + "?".repeat(i));
      jobs.add(new EngineJob(first, List.of(image), Generation.greedy(2 * i)));
      int[] text = tokenizer.encodeWithImages("A chat. USER: Hello" + "!".repeat(i));
      jobs.add(new EngineJob(text, List.of(), Generation.greedy(2 * i)));
    }
    return jobs;
  }

  /** The authors' code masks positions 35 to 610 of every prompt. */
  @ParameterizedTest
  @ValueSource(strings = {"after-softmax", "before-softmax"})
  void promptsWithoutImagesAreNotReduced(String mask) throws Exception {
    String heads = recordings.get(0).array("headmask").toString();
    int[] prompt = tokenizer.encodeWithImages("A chat. USER: " + "Hello. ".repeat(40));
    EngineJob job = new EngineJob(prompt, List.of(), Generation.greedy(1));

    float[] reduced = logits("yopo:layers=2,heads=%s,mask=%s".formatted(heads, mask), job);

    assertClose(mask, reduced, logits("none", job));
  }

  /** A window over the whole image is full attention, but not causal as without YOPO. */
  @Test
  void theFormsAgreeWhereNothingIsMaskedAndDifferElsewhere() throws Exception {
    RecordedCase recorded = recordings.get(0);
    EngineJob job = job(recorded);
    String heads = recorded.array("headmask").toString();

    float[] after = logits("yopo:window=5,layers=4,ffn=2", job);
    assertClose(
        "all heads", logits("yopo:window=5,layers=4,ffn=2,mask=before-softmax", job), after);
    assertThat(logits("yopo:layers=4,heads=" + heads + ",mask=before-softmax", job))
        .isNotEqualTo(logits("yopo:layers=4,heads=" + heads, job));
    assertThat(logits("yopo:layers=2,mask=before-softmax", job))
        .isNotEqualTo(logits("yopo:layers=2", job));
  }

  /**
   * In the form that masks before the softmax, vision tokens after layer 0 have no effect with
   * {@code layers=1}: neither the window nor the MLP matter.
   */
  @Test
  void tokensThatLeaveTheSequenceHaveNoFurtherEffect() throws Exception {
    EngineJob job = job(recordings.get(0));

    float[] reduced = logits("yopo:window=1,layers=1,ffn=8,mask=before-softmax", job);

    assertClose(
        "layers=1", reduced, logits("yopo:window=9,layers=1,ffn=1,mask=before-softmax", job));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PACKED", "INT8"})
  void otherWeightFormatsHaveTheSameFunction(WeightFormat weights) throws Exception {
    RecordedCase recorded = recordings.get(0);
    CompressionStrategy strategy = strategy(recorded);
    DType dtype = weights == WeightFormat.INT8 ? DType.FLOAT32 : DType.BFLOAT16;
    EngineJob job = job(recorded);

    Trace trace =
        Tracer.trace(
            checkpoint,
            new ModelSettings("cpu", dtype, weights, strategy),
            job.promptIds(),
            job.images());

    assertThat(cosine(trace.get("logits").data(), floats(recorded.logits()))).isGreaterThan(0.98);
  }

  private static double cosine(float[] a, float[] b) {
    return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void aJobWithTwoImagesFailsByName() throws Exception {
    Pixels image = job(recordings.get(0)).images().get(0);
    int[] prompt = tokenizer.encodeWithImages("<image>\n<image>\nWhat?");
    EngineJob job = new EngineJob(prompt, List.of(image, image), Generation.greedy(1));
    ModelSettings model = ModelSettings.exact().with(CompressionStrategy.parse("yopo:layers=2"));

    try (Engine engine =
        BatchingEngine.start(checkpoint, model, tokenizer, new EngineSettings(1))) {
      Failure failure = (Failure) engine.submit(job).join();
      assertThat(failure.code()).isEqualTo("PROMPT_IMAGE_MARKERS");
      assertThat(failure.message())
          .startsWith("yopo reduces one image of a prompt, and this job has 2");

      int[] unmarked = tokenizer.encodeWithImages("What?");
      EngineJob text = new EngineJob(unmarked, List.of(image, image), Generation.greedy(1));
      assertThat(engine.submit(text).join()).isNotInstanceOf(Failure.class);
    }
  }

  private static float[] logits(String spec, EngineJob job) {
    ModelSettings settings = ModelSettings.exact().with(CompressionStrategy.parse(spec));
    return Tracer.trace(checkpoint, settings, job.promptIds(), job.images()).get("logits").data();
  }

  private static EngineJob job(RecordedCase recorded) throws Exception {
    return recorded.job(tokenizer, checkpoint.config().image().size());
  }

  private static ModelSettings settings(RecordedCase recorded) {
    return ModelSettings.exact().with(strategy(recorded));
  }

  private static CompressionStrategy strategy(RecordedCase recorded) {
    JsonNode params = recorded.json().get("params");
    return CompressionStrategy.parse(
        "yopo:window=%d,layers=%d,heads=%s,ffn=%d"
            .formatted(
                params.get("attncut_w").asInt(),
                params.get("layercut_num").asInt(),
                recorded.array("headmask"),
                params.get("mlpcut_ratio").asInt()));
  }

  private static float[] floats(Path file) throws IOException {
    return Npy.read(file).floats();
  }

  private static void assertClose(String what, float[] ours, float[] theirs) {
    assertThat(ours).as(what).hasSameSizeAs(theirs);
    for (int i = 0; i < theirs.length; i++) {
      assertThat(ours[i]).as("%s[%d]", what, i).isCloseTo(theirs[i], within(LIMIT));
    }
  }
}
