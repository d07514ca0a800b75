package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.image.NoiseImage;
import org.stfbatch.model.AdamWSettings;
import org.stfbatch.model.BranchingPrompt;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.Continuations;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.TrainableModel;
import org.stfbatch.model.TrainingRow;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.HeadMaskFiles;

/** Training with YOPO's masks: the function is that of inference, which is the authors'. */
final class YopoTrainingTest {
  private static final int PATCHES = 576;
  private static final int[] BEFORE = {1, 400, 443, 268, 849};
  private static final int[] QUESTION = {909, 13, 975, 781, 309};
  private static final int[] ANSWER = {290, 731, 337, 246, 2};

  @TempDir private static Path folder;

  private static LlavaCheckpoint checkpoint;
  private static CompressionStrategy yopo;
  private static byte[] image;

  @BeforeAll
  static void open() throws IOException {
    checkpoint = LlavaCheckpoint.open(Golden.file("checkpoints/small-llava15"), Optional.empty());
    Path masks =
        HeadMaskFiles.write(
            folder.resolve("masks.npy"), "11111111", "01100101", "00010000", "10000001");
    yopo = CompressionStrategy.parse("yopo:window=5,layers=3,heads=%s,ffn=2".formatted(masks));
    image = NoiseImage.of(checkpoint.config().image().size(), new Random(3)).chw();
  }

  @Test
  void theLossIsTheAnswersLikelihoodInInference() throws IOException {
    double likelihood = logProbability(pictured()) + logProbability(text());
    int answered = 2 * ANSWER.length;

    try (TrainableModel model = trainable(name -> name.equals("model.norm.weight"))) {
      model.compress(yopo);
      double loss = model.accumulate(List.of(row(pictured()), row(text())), new int[] {0}, 1);
      model.compress(CompressionStrategy.parse("none"));
      double without = model.accumulate(List.of(row(pictured()), row(text())), new int[] {0}, 1);

      assertThat(loss).isCloseTo(-likelihood / answered, within(1e-4));
      assertThat(without).isNotCloseTo(loss, within(1e-2));
    }
  }

  /** The first step of AdamW moves every weight by the learning rate against its gradient. */
  @Test
  void gradientsAreTheSlopeOfTheLoss() throws IOException {
    Predicate<String> trained = name -> name.matches("model\\.layers\\.[12]\\..*proj\\.weight");
    double rate = 2e-6;
    try (TrainableModel model = trainable(trained)) {
      model.compress(yopo);
      List<TrainingRow> rows = List.of(row(pictured()));
      double before = model.accumulate(rows, new int[] {0}, 1);
      double slope = 0;
      for (String name : model.weights().trained()) {
        for (float value : model.weights().gradient(name).data()) {
          slope += Math.abs(value);
        }
      }

      model.weights().step(rate);
      double after = model.accumulate(rows, new int[] {0}, 1);

      assertThat(before - after).isCloseTo(rate * slope, within(0.05 * rate * slope));
    }
  }

  @Test
  void whatIsNotTrainedIsRefused() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TrainableModel.requireTrainable(
                    CompressionStrategy.parse("yopo:layers=2,mask=before-softmax"),
                    checkpoint.config()))
        .withMessageEndingWith("choose yopo with mask=after-softmax, as its authors train");
    try (TrainableModel model = trainable(name -> name.equals("model.norm.weight"))) {
      model.compress(yopo);
      TrainingRow one = row(text());
      TrainingRow two = new TrainingRow(one.tokenIds(), one.visionIndex(), one.labels(), 2);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.accumulate(List.of(two), new int[] {0, 0}, 1))
          .withMessageStartingWith("yopo reduces one image of a sample");
    }
  }

  private static TrainableModel trainable(Predicate<String> trained) throws IOException {
    TrainableModel model =
        TrainableModel.load(checkpoint, ModelSettings.exact(), trained, AdamWSettings.standard());
    float[] features = model.visionFeatures(List.of(image), DType.FLOAT32).get(0);
    ByteBuffer data =
        ByteBuffer.allocate(Float.BYTES * features.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(features);
    model.useFeatures(
        Files.write(Files.createTempFile(folder, "features", ""), data.array()), DType.FLOAT32, 1);
    return model;
  }

  private static TokenSpan pictured() {
    int length = BEFORE.length + PATCHES + QUESTION.length;
    int[] ids = Arrays.copyOf(BEFORE, length);
    System.arraycopy(QUESTION, 0, ids, BEFORE.length + PATCHES, QUESTION.length);
    int[] vision =
        IntStream.range(0, length)
            .map(i -> i - BEFORE.length)
            .map(i -> i >= 0 && i < PATCHES ? i : TokenSpan.TEXT)
            .toArray();
    return new TokenSpan(0, ids, vision);
  }

  private static TokenSpan text() {
    int[] vision = new int[BEFORE.length];
    Arrays.fill(vision, TokenSpan.TEXT);
    return new TokenSpan(0, BEFORE, vision);
  }

  /** Returns the prompt with the answer as its target. */
  private static TrainingRow row(TokenSpan prompt) {
    int length = prompt.length() + ANSWER.length;
    int[] ids = Arrays.copyOf(prompt.tokenIds(), length);
    int[] vision = Arrays.copyOf(prompt.visionIndex(), length);
    int[] labels = new int[length];
    Arrays.fill(vision, prompt.length(), length, TokenSpan.TEXT);
    Arrays.fill(labels, TrainingRow.IGNORED);
    System.arraycopy(ANSWER, 0, ids, prompt.length(), ANSWER.length);
    System.arraycopy(ANSWER, 0, labels, prompt.length(), ANSWER.length);
    boolean pictured = prompt.length() > PATCHES;
    return new TrainingRow(ids, vision, labels, pictured ? 1 : 0);
  }

  private static double logProbability(TokenSpan prompt) {
    try (LlavaModel model = LlavaModel.load(checkpoint, ModelSettings.exact().with(yopo))) {
      model.reserve(new CacheShape(1, prompt.length() + ANSWER.length, 0, 0));
      VisionTokens vision = model.encodeImages(List.of(image));
      BranchingPrompt branching = new BranchingPrompt(prompt, Continuations.of(List.of(ANSWER)));
      return model.score(0, List.of(branching), vision).get(0)[0];
    }
  }
}
