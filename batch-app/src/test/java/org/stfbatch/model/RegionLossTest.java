package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.SafetensorsFile;
import org.stfbatch.model.checkpoint.SafetensorsWriter;
import org.stfbatch.testing.Golden;

/** The tower's loss, against one computed from the hidden states of inference. */
class RegionLossTest {
  private static final int WORDS = 4;
  private static final double EPSILON = 1e-5;

  private final Random random = new Random(7);
  @TempDir private Path folder;
  private final LlavaCheckpoint checkpoint =
      LlavaCheckpoint.open(Golden.file("checkpoints/tiny"), Optional.empty());
  private final int width = checkpoint.config().vision().hiddenSize();
  private final int patches = checkpoint.config().vision().patches();
  private final float[] weight = gaussians(WORDS * width);
  private final float[] bias = gaussians(WORDS);
  private byte[] pixels;
  private byte[] targets;

  private float[] gaussians(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @BeforeEach
  void draw() throws IOException {
    int size = checkpoint.config().vision().imageSize();
    pixels = new byte[3 * size * size];
    random.nextBytes(pixels);
    targets = new byte[patches * WORDS];
    for (int i = 0; i < patches; i++) {
      targets[i * WORDS + random.nextInt(WORDS)] = 1;
    }
    SafetensorsWriter.write(
        folder.resolve("words"),
        Map.of(
            TrainableTower.WORD_TENSORS.get(0),
            SafetensorsWriter.float32(List.of((long) WORDS, (long) width), weight),
            TrainableTower.WORD_TENSORS.get(1),
            SafetensorsWriter.float32(List.of((long) WORDS), bias)));
  }

  @Test
  void allPatchesInAnyOrderMakeTheLossOfInferencesHiddenStates() throws IOException {
    int[] inOrder = IntStream.range(0, patches).toArray();
    List<Integer> shuffled = new ArrayList<>(IntStream.of(inOrder).boxed().toList());
    Collections.shuffle(shuffled, random);
    int[] anyOrder = shuffled.stream().mapToInt(Integer::intValue).toArray();

    double expected = expected();

    assertThat((double) loss(inOrder)).isCloseTo(expected, within(1e-4 * expected));
    assertThat((double) loss(anyOrder)).isCloseTo(expected, within(1e-4 * expected));
  }

  @Test
  void aPatchThatIsLeftOutIsNotSeen() throws IOException {
    int[] some = {0, 1, 2, 5};
    float before = loss(some);
    int side = checkpoint.config().vision().patchSize();

    int inPatch3 = 3 * side;
    pixels[inPatch3] ^= 0x55;
    assertThat(loss(some)).isEqualTo(before);
    int inPatch2 = inPatch3 - 1;
    pixels[inPatch2] ^= 0x55;
    assertThat(loss(some)).isNotEqualTo(before);
  }

  private float loss(int[] numbers) throws IOException {
    byte[] chosen = new byte[numbers.length * WORDS];
    for (int i = 0; i < numbers.length; i++) {
      System.arraycopy(targets, numbers[i] * WORDS, chosen, i * WORDS, WORDS);
    }
    try (TrainableTower tower =
        TrainableTower.load(checkpoint, ModelSettings.exact(), WORDS, AdamWSettings.standard())) {
      tower.restoreWords(SafetensorsFile.read(folder.resolve("words")).values());
      return tower.accumulate(List.of(pixels), List.of(numbers), List.of(chosen), 1);
    }
  }

  private double expected() {
    float[] hidden;
    try (LlavaModel model = LlavaModel.load(checkpoint, ModelSettings.exact())) {
      Trace trace = model.traceImage(pixels);
      int last = checkpoint.config().fusion().lastBlock();
      hidden = trace.tensors().getOrDefault("hidden_" + last, trace.get("hidden_select")).data();
    }
    double[] sum = new double[2];
    int[] count = new int[2];
    for (int patch = 0; patch < patches; patch++) {
      int kind = targets[patch * WORDS];
      sum[kind] += loss(normed(hidden, patch), patch);
      count[kind]++;
    }
    return (sum[0] / count[0] + sum[1] / count[1]) / 2;
  }

  private double[] normed(float[] hidden, int patch) {
    double[] x = IntStream.range(0, width).mapToDouble(i -> hidden[patch * width + i]).toArray();
    double mean = IntStream.range(0, width).mapToDouble(i -> x[i]).average().orElseThrow();
    double variance =
        IntStream.range(0, width)
            .mapToDouble(i -> Math.pow(x[i] - mean, 2))
            .average()
            .orElseThrow();
    for (int i = 0; i < width; i++) {
      x[i] = (x[i] - mean) / Math.sqrt(variance + EPSILON);
    }
    return x;
  }

  private double loss(double[] x, int patch) {
    double loss = 0;
    for (int word = 0; word < WORDS; word++) {
      double logit = bias[word];
      for (int i = 0; i < width; i++) {
        logit += x[i] * weight[word * width + i];
      }
      loss += Math.log1p(Math.exp(targets[patch * WORDS + word] == 1 ? -logit : logit));
    }
    return loss;
  }
}
