package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.Trace;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.WeightFormat;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/** LLaVA-Mini's fused prompts, logits and greedy tokens are those of its authors' code. */
final class GoldenMiniTest {
  private static final float LIMIT = 5e-4f;

  @TempDir private Path folder;

  @Test
  void fusedPromptsAndLogitsAreTheAuthors() throws Exception {
    for (RecordedCase recorded : cases("llava-mini/")) {
      LlavaCheckpoint checkpoint = checkpoint(recorded);
      try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory())) {
        EngineJob job = job(recorded, tokenizer, checkpoint);
        Trace trace =
            Tracer.trace(checkpoint, ModelSettings.exact(), job.promptIds(), job.images());
        requireClose(recorded, "prefill_logits_last", trace.get("logits").data());
        if (!job.images().isEmpty()) {
          requireClose(recorded, "compressed_features", trace.get("compressed_features").data());
          requireClose(recorded, "vision_tokens", trace.get("vision_tokens").data());
          requireFusedText(recorded, job, trace);
        }
      }
    }
  }

  /** The vision tokens stand in the place of the marker's row. */
  private static void requireFusedText(RecordedCase recorded, EngineJob job, Trace trace) {
    int width = trace.get("prompt_embeddings").shape().get(1).intValue();
    int tokens = trace.get("vision_tokens").shape().get(0).intValue();
    float[] ours = trace.get("prompt_embeddings").data();
    float[] theirs = Npy.read(recorded.array("fused_text")).floats();
    int marker = 0;
    while (!PromptLayout.isMarker(job.promptIds()[marker])) {
      marker++;
    }
    String id = recorded.id();
    requireClose(id, Arrays.copyOf(ours, marker * width), Arrays.copyOf(theirs, marker * width));
    requireClose(
        id,
        Arrays.copyOfRange(ours, (marker + tokens) * width, ours.length),
        Arrays.copyOfRange(theirs, (marker + 1) * width, theirs.length));
  }

  /** The batch is large enough for all questions, and for one, and the images repeat. */
  @Test
  void answersAreTheAuthorsAloneAndTogether() throws Exception {
    for (String name : List.of("small-mini-c1", "small-mini-c2")) {
      List<RecordedCase> cases =
          cases("llava-mini/").stream()
              .filter(c -> c.json().get("checkpoint").asText().equals(name))
              .filter(c -> !isSplit(c))
              .toList();
      LlavaCheckpoint checkpoint = checkpoint(cases.get(0));
      requireAnswers(checkpoint, cases, settings(5, true));
      if (cases.size() > 1) {
        requireAnswers(checkpoint, cases, settings(1, true));
        requireAnswers(checkpoint, cases, settings(5, false));
      }
    }
  }

  private static EngineSettings settings(int batch, boolean reuse) {
    return new EngineSettings(batch, false, reuse, OptionalLong.empty());
  }

  @Test
  void answersAboutImagesInPartsAreTheAuthors() throws Exception {
    List<RecordedCase> cases =
        cases("llava-mini/").stream().filter(GoldenMiniTest::isSplit).toList();
    assertThat(cases).isNotEmpty();
    requireAnswers(checkpoint(cases.get(0)), cases, new EngineSettings(2));
  }

  private void requireAnswers(
      LlavaCheckpoint checkpoint, List<RecordedCase> cases, EngineSettings settings)
      throws Exception {
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory());
        Engine engine =
            BatchingEngine.start(checkpoint, ModelSettings.exact(), tokenizer, settings)) {
      List<RecordedCase> twice = Stream.concat(cases.stream(), cases.stream()).toList();
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      for (RecordedCase recorded : twice) {
        outcomes.add(engine.submit(job(recorded, tokenizer, checkpoint)));
      }
      for (int i = 0; i < twice.size(); i++) {
        Answer answer = (Answer) outcomes.get(i).join();
        assertThat(answer.tokenIds()).as(twice.get(i).id()).isEqualTo(twice.get(i).outputIds());
        assertThat(answer.visionTokens())
            .isEqualTo(twice.get(i).json().get("n_vision_tokens").asInt());
      }
      long pictured = cases.stream().filter(c -> !c.json().get("pixels").isEmpty()).count();
      assertThat(engine.statistics().images())
          .isEqualTo(settings.prefixReuse() ? pictured : 2 * pictured);
    }
  }

  @Test
  void promptsOfABatchAreFusedAsAlone() throws Exception {
    RecordedCase recorded = cases("llava-mini/batch2_c2").get(0);
    LlavaCheckpoint checkpoint = checkpoint(recorded);
    Npy ids = Npy.read(recorded.array("batch_input_ids"));
    Npy embeddings = Npy.read(recorded.array("inputs_embeds"));
    int width = embeddings.shape()[2];
    try (LlavaModel model = LlavaModel.load(checkpoint, ModelSettings.exact())) {
      List<byte[]> pixels = new ArrayList<>();
      List<int[]> prompts = new ArrayList<>();
      for (int row = 0; row < 2; row++) {
        String image = recorded.json().get("images").get(row).asText();
        pixels.add(pixels(image, checkpoint, 1).chw());
        int length = recorded.json().get("row_lengths").get(row).asInt() - 3;
        prompts.add(row(ids, row, length));
      }
      model.fuseImages(pixels, new int[] {1, 0});
      VisionTokens rows = model.fusePrompts(prompts, new int[] {1, 0});
      for (int row = 0; row < 2; row++) {
        float[] ours = rows.picture(row).data();
        int from = row * embeddings.shape()[1] * width;
        float[] theirs = Arrays.copyOfRange(embeddings.floats(), from, from + ours.length);
        requireClose(recorded.id(), ours, theirs);
      }
    }
  }

  private static int[] row(Npy ids, int row, int length) {
    int columns = ids.shape()[1];
    long[] all = ids.longs();
    int[] found = new int[length];
    for (int i = 0; i < length; i++) {
      found[i] = (int) all[row * columns + i];
    }
    return found;
  }

  @Test
  void partsOfAPictureAreTheAuthorsBitForBit() throws Exception {
    RecordedCase recorded = cases("llava-mini/wide_hd2_c2").get(0);
    byte[] ours = pixels("images/wide.png", checkpoint(recorded), 2).chw();
    int plane = 336 * 336;
    for (int part = 0; part < 5; part++) {
      String file = recorded.json().get("pixels").get(part).asText();
      byte[] rgb = new ImageLoader(ImageLimits.defaults()).load(source(file)).rgb();
      byte[] planar = new byte[rgb.length];
      for (int i = 0; i < planar.length; i++) {
        planar[i] = rgb[3 * (i % plane) + i / plane];
      }
      int from = part * planar.length;
      assertThat(Arrays.copyOfRange(ours, from, from + planar.length)).as(file).isEqualTo(planar);
    }
  }

  /** Rounding may change tokens; the fused prompts must stay close. */
  @Test
  void reducedFormatsFuseTheSamePrompts() throws Exception {
    RecordedCase recorded = cases("llava-mini/gray_c2").get(0);
    LlavaCheckpoint checkpoint = checkpoint(recorded);
    float[] exact = fused(recorded, checkpoint, ModelSettings.exact());
    for (ModelSettings settings :
        List.of(
            new ModelSettings("cpu", DType.BFLOAT16, WeightFormat.PACKED),
            new ModelSettings("cpu", DType.FLOAT32, WeightFormat.INT8))) {
      float[] reduced = fused(recorded, checkpoint, settings);
      double distance = 0;
      double norm = 0;
      for (int i = 0; i < exact.length; i++) {
        distance += Math.pow(exact[i] - reduced[i], 2);
        norm += exact[i] * exact[i];
      }
      assertThat(Math.sqrt(distance / norm)).as(settings.toString()).isBetween(1e-5, 0.05);
    }
  }

  private float[] fused(RecordedCase recorded, LlavaCheckpoint checkpoint, ModelSettings settings)
      throws Exception {
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory());
        LlavaModel model = LlavaModel.load(checkpoint, settings)) {
      EngineJob job = job(recorded, tokenizer, checkpoint);
      model.fuseImages(List.of(job.images().get(0).chw()), new int[] {0});
      return model.fusePrompts(List.of(job.promptIds()), new int[] {0}).data();
    }
  }

  /** What was computed before a failure is not mistaken for what was not. */
  @Test
  void answersAfterAFailureOfPrefusionAreTheAuthors() throws Exception {
    List<RecordedCase> cases =
        cases("llava-mini/").stream()
            .filter(c -> c.json().get("checkpoint").asText().equals("small-mini-c1"))
            .toList();
    LlavaCheckpoint checkpoint = checkpoint(cases.get(0));
    AtomicInteger calls = new AtomicInteger();
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory());
        Engine engine =
            BatchingEngine.start(
                checkpoint,
                ModelSettings.exact(),
                () -> failing(LlavaModel.load(checkpoint, ModelSettings.exact()), calls),
                tokenizer,
                new EngineSettings(3))) {
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      for (RecordedCase recorded : cases) {
        outcomes.add(engine.submit(job(recorded, tokenizer, checkpoint)));
      }
      for (int i = 0; i < cases.size(); i++) {
        Answer answer = (Answer) outcomes.get(i).join();
        assertThat(answer.tokenIds()).as(cases.get(i).id()).isEqualTo(cases.get(i).outputIds());
      }
      assertThat(engine.statistics().batchReductions()).isEqualTo(2);
    }
  }

  /** Fails in the first call for images, and in the first one for prompts after it. */
  private static VisionLanguageModel failing(LlavaModel model, AtomicInteger calls) {
    return ModelProxy.of(
        (method, arguments) -> {
          String name = method.getName();
          boolean images = name.equals("fuseImages") && calls.compareAndSet(0, 1);
          boolean prompts = name.equals("fusePrompts") && calls.compareAndSet(1, 2);
          if (images || prompts) {
            throw new ModelException("out of order", null);
          }
          return ModelProxy.call(model, method, arguments);
        });
  }

  /** Scores are those of the prompt followed by each choice, one at a time. */
  @Test
  void choicesAreScoredAfterTheFusedPrompt() throws Exception {
    RecordedCase recorded = cases("llava-mini/gray_c2").get(0);
    LlavaCheckpoint checkpoint = checkpoint(recorded);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory());
        Engine engine =
            BatchingEngine.start(
                checkpoint, ModelSettings.exact(), tokenizer, new EngineSettings(2));
        LlavaModel model = LlavaModel.load(checkpoint, ModelSettings.exact())) {
      AnswerChoices choices = AnswerChoices.of(List.of("a", "yes"), tokenizer, false);
      EngineJob job = job(recorded, tokenizer, checkpoint);
      Answer answer =
          (Answer) engine.submit(new EngineJob(job.promptIds(), job.images(), choices)).join();
      model.fuseImages(List.of(job.images().get(0).chw()), new int[] {0});
      VisionTokens prompt = model.fusePrompts(List.of(job.promptIds()), new int[] {0});
      for (AnswerChoice choice : choices.all()) {
        assertThat(answer.logProbabilities().get(choice.text()))
            .as(choice.text())
            .isCloseTo(logProbability(model, prompt, choice.tokenIds()), within(1e-3));
      }
    }
  }

  private static double logProbability(
      LlavaModel model, VisionTokens prompt, List<Integer> answer) {
    double sum = 0;
    for (int i = 0; i < answer.size(); i++) {
      int length = prompt.rows() + i;
      int[] ids = new int[length];
      int[] rows = new int[length];
      for (int at = 0; at < length; at++) {
        boolean own = at < prompt.rows();
        ids[at] = own ? 0 : answer.get(at - prompt.rows());
        rows[at] = own ? at : TokenSpan.TEXT;
      }
      model.reserve(new CacheShape(1, length, 0, 0));
      float[] logits = model.logits(new TokenSpan(0, ids, rows), prompt);
      double all = 0;
      for (float logit : logits) {
        all += Math.exp(logit);
      }
      sum += logits[answer.get(i)] - Math.log(all);
    }
    return sum;
  }

  /** The rows after the cut do not change those before. */
  @Test
  void aTruncatedPromptIsFusedAsOneThatEndsThere() throws Exception {
    RecordedCase recorded = cases("llava-mini/gray_c2").get(0);
    LlavaCheckpoint whole = checkpoint(recorded);
    int limit = 80;
    LlavaCheckpoint limited = limited(whole, limit);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(whole.directory())) {
      EngineJob job = job(recorded, tokenizer, whole);
      int ids = limit + 1 - whole.config().visionTokens();
      EngineJob cut = new EngineJob(Arrays.copyOf(job.promptIds(), ids), job.images(), job.task());
      Answer expected = answer(whole, tokenizer, cut, false);
      Answer answer = answer(limited, tokenizer, job, true);
      assertThat(answer.tokenIds()).isEqualTo(expected.tokenIds());
      assertThat(answer.promptTokens() + answer.visionTokens()).isEqualTo(limit);
    }
  }

  private static Answer answer(
      LlavaCheckpoint checkpoint, LlamaTokenizer tokenizer, EngineJob job, boolean truncate) {
    EngineSettings settings = new EngineSettings(1, truncate, true, OptionalLong.empty());
    try (Engine engine =
        BatchingEngine.start(checkpoint, ModelSettings.exact(), tokenizer, settings)) {
      return (Answer) engine.submit(job).join();
    }
  }

  private LlavaCheckpoint limited(LlavaCheckpoint whole, int limit) throws IOException {
    return with(whole, "limited", "tokenizer_model_max_length", IntNode.valueOf(limit));
  }

  /** Returns a copy with another setting. */
  private LlavaCheckpoint with(LlavaCheckpoint whole, String name, String setting, JsonNode value)
      throws IOException {
    Path copy = folder.resolve(name);
    Files.createDirectory(copy);
    try (Stream<Path> files = Files.list(whole.directory())) {
      for (Path file : files.toList()) {
        Files.createSymbolicLink(copy.resolve(file.getFileName()), file);
      }
    }
    set(copy.resolve("config.json"), setting, value);
    return LlavaCheckpoint.open(copy, Optional.of(Golden.file("checkpoints/clip-small")));
  }

  /**
   * Recorded from the layers of transformers 5.18 in the place of the authors', which gave the
   * numbers of the case gray_c1 without the scaling.
   */
  @Test
  void positionsScaledAsInLlama3AreThoseOfTransformers() throws Exception {
    JsonNode scaled;
    try (InputStream in = GoldenMiniTest.class.getResourceAsStream("llama3-rope.json")) {
      scaled = new ObjectMapper().readTree(in);
    }
    RecordedCase recorded = cases("llava-mini/gray_c1").get(0);
    LlavaCheckpoint checkpoint =
        with(checkpoint(recorded), "scaled", "rope_scaling", scaled.get("rope_scaling"));
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory());
        Engine engine =
            BatchingEngine.start(
                checkpoint, ModelSettings.exact(), tokenizer, new EngineSettings(1))) {
      EngineJob job = job(recorded, tokenizer, checkpoint);
      Trace trace = Tracer.trace(checkpoint, ModelSettings.exact(), job.promptIds(), job.images());
      requireClose(
          "vision_tokens", trace.get("vision_tokens").data(), floats(scaled, "vision_tokens"));
      requireClose("logits", trace.get("logits").data(), floats(scaled, "logits"));
      Answer answer = (Answer) engine.submit(job).join();
      assertThat(answer.tokenIds())
          .isEqualTo(new ObjectMapper().convertValue(scaled.get("output_ids"), List.class));
    }
  }

  private static float[] floats(JsonNode json, String name) {
    float[] values = new float[json.get(name).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = json.get(name).get(i).floatValue();
    }
    return values;
  }

  @Test
  void anAnswerEndsAtEachEndTokenOfTheGenerationSettings() throws Exception {
    RecordedCase recorded = cases("llava-mini/gray_c1").get(0);
    LlavaCheckpoint original = checkpoint(recorded);
    int third = recorded.outputIds().get(2);
    LlavaCheckpoint checkpoint =
        with(
            original,
            "ends",
            "eos_token_id",
            new ObjectMapper().createArrayNode().add(2).add(third));
    Files.delete(checkpoint.directory().resolve("generation_config.json"));
    LlavaCheckpoint opened =
        LlavaCheckpoint.open(
            checkpoint.directory(), Optional.of(Golden.file("checkpoints/clip-small")));
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(opened.directory());
        Engine engine =
            BatchingEngine.start(opened, ModelSettings.exact(), tokenizer, new EngineSettings(1))) {
      Answer answer = (Answer) engine.submit(job(recorded, tokenizer, opened)).join();
      assertThat(answer.tokenIds()).isEqualTo(recorded.outputIds().subList(0, 3));
      assertThat(answer.finishReason()).isEqualTo(FinishReason.END_TOKEN);
    }
  }

  @Test
  void aQuestionAboutTwoPicturesIsRefused() throws Exception {
    RecordedCase recorded = cases("llava-mini/gray_c1").get(0);
    LlavaCheckpoint checkpoint = checkpoint(recorded);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory());
        Engine engine =
            BatchingEngine.start(
                checkpoint, ModelSettings.exact(), tokenizer, new EngineSettings(1))) {
      EngineJob job = job(recorded, tokenizer, checkpoint);
      Pixels image = job.images().get(0);
      int[] ids = tokenizer.encodeWithImages("<image> and <image>?");
      Failure failure =
          (Failure) engine.submit(new EngineJob(ids, List.of(image, image), job.task())).join();
      assertThat(failure.message())
          .isEqualTo(
              "LLaVA-Mini takes one image a question, and this job has 2: ask about each by itself");

      int[] unmarked = tokenizer.encodeWithImages("What?");
      EngineJob text = new EngineJob(unmarked, List.of(image, image), job.task());
      assertThat(engine.submit(text).join()).isNotInstanceOf(Failure.class);
    }
  }

  private static List<RecordedCase> cases(String prefix) {
    List<RecordedCase> cases =
        RecordedCase.ofStrategy("llava-mini").stream()
            .filter(c -> c.id().startsWith(prefix) && !c.id().contains("video"))
            .filter(c -> prefix.contains("batch") || !c.id().contains("batch"))
            .toList();
    assertThat(cases).isNotEmpty();
    return cases;
  }

  private static boolean isSplit(RecordedCase recorded) {
    return recorded.json().at("/params/resolution_ratio").asInt(1) > 1;
  }

  private static EngineJob job(
      RecordedCase recorded, LlamaTokenizer tokenizer, LlavaCheckpoint checkpoint)
      throws Exception {
    List<Pixels> images = new ArrayList<>();
    if (!recorded.json().get("pixels").isEmpty()) {
      String image = recorded.json().get("image").asText();
      images.add(pixels(image, checkpoint, isSplit(recorded) ? 2 : 1));
    }
    int[] ids = tokenizer.encodeWithImages(recorded.json().get("prompt").asText());
    return new EngineJob(ids, images, Generation.greedy(recorded.outputIds().size()));
  }

  private static Pixels pixels(String image, LlavaCheckpoint checkpoint, int split)
      throws Exception {
    ClipImageConfig openAi = ClipImageConfig.openAi(checkpoint.config().image().size(), Aspect.PAD);
    ClipImageConfig config =
        new ClipImageConfig(openAi.size(), openAi.mean(), openAi.std(), openAi.aspect(), split);
    return new ClipImageProcessor(config)
        .process(new ImageLoader(ImageLimits.defaults()).load(source(image)));
  }

  private static ImageSource source(String file) {
    return new ImageSource.File(Golden.folder(), file);
  }

  private static void requireClose(RecordedCase recorded, String array, float[] ours) {
    requireClose(recorded.id() + " " + array, ours, Npy.read(recorded.array(array)).floats());
  }

  private static void requireClose(String what, float[] ours, float[] theirs) {
    assertThat(ours).as(what).hasSameSizeAs(theirs);
    for (int i = 0; i < theirs.length; i++) {
      assertThat(ours[i]).as("%s[%d]", what, i).isCloseTo(theirs[i], within(LIMIT));
    }
  }

  /** Returns the case's checkpoint with the case's resolution. */
  private LlavaCheckpoint checkpoint(RecordedCase recorded) throws IOException {
    Path original = Golden.file("checkpoints/" + recorded.json().get("checkpoint").asText());
    Path copy = folder.resolve(original.getFileName() + "-" + isSplit(recorded));
    if (!Files.exists(copy)) {
      Files.createDirectory(copy);
      try (Stream<Path> files = Files.list(original)) {
        for (Path file : files.toList()) {
          Files.createSymbolicLink(copy.resolve(file.getFileName()), file);
        }
      }
      set(
          copy.resolve("config.json"),
          "resolution_ratio",
          IntNode.valueOf(isSplit(recorded) ? 2 : 1));
    }
    return LlavaCheckpoint.open(copy, Optional.of(Golden.file("checkpoints/clip-small")));
  }

  /** Replaces a link to a file of settings by a copy with another value. */
  private static void set(Path config, String setting, JsonNode value) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode settings = (ObjectNode) json.readTree(config.toFile());
    Files.delete(config);
    json.writeValue(config.toFile(), settings.set(setting, value));
  }
}
