package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.image.NoiseImage;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.FusionVariant;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.TinyVariants;
import org.stfbatch.testing.Golden;

/** Inputs of the compression strategies, and their precision. */
final class CompressedImagesTest {
  private static final float LIMIT = 1e-5f;

  /** Number of patches of the small images. */
  private static final int PATCHES = 16;

  @TempDir private Path folder;

  @Test
  void averagePoolingIsThatOfACheckpointTrainedForIt() throws IOException {
    Trace trained = trace(tiny("avgpool", -2), "none");
    Trace pooled = trace(tiny("plain", -2), "avgpool");

    assertThat(pooled.get("vision_tokens").shape()).containsExactly(4L, 64L);
    assertClose(pooled.get("vision_tokens").data(), trained.get("vision_tokens").data());
    assertThat(pooled.kept()).isEmpty();
  }

  @Test
  void divPruneComparesProjectedTokensAndTakesSomeOfThem() throws IOException {
    LlavaCheckpoint plain = tiny("plain", -2);
    FloatTensor all = trace(plain, "none").get("vision_tokens");

    Trace pruned = trace(plain, "divprune:tokens=5");

    int width = all.shape().get(1).intValue();
    int[] kept = pruned.kept().orElseThrow();
    assertThat(kept).hasSize(5).isSorted();
    assertThat(kept).contains(farthestFromItsNearest(all.data(), width));
    assertClose(pruned.get("vision_tokens").data(), rows(all.data(), width, kept));
  }

  private static int farthestFromItsNearest(float[] tokens, int width) {
    return IntStream.range(0, PATCHES)
        .boxed()
        .max(
            Comparator.comparingDouble(
                i ->
                    IntStream.range(0, PATCHES)
                        .filter(j -> j != i)
                        .mapToDouble(j -> 1 - cosine(tokens, width, i, j))
                        .min()
                        .orElseThrow()))
        .orElseThrow();
  }

  /** VTC-CLS over only that block shows its attention. */
  @Test
  void scopeWeighsPatchesByTheLastBlockButOne() throws IOException {
    LlavaCheckpoint plain = tiny("plain", -2);
    Trace attention = trace(plain, "vtc-cls:layer=22,tokens=16");
    float[] features = attention.get("hidden_select").data();
    int width = features.length / PATCHES;
    Set<Integer> taken = new TreeSet<>();
    double[] cover = new double[PATCHES];
    for (int step = 0; step < 6; step++) {
      int best =
          IntStream.range(0, PATCHES)
              .filter(j -> !taken.contains(j))
              .boxed()
              .max(
                  Comparator.comparingDouble(
                      j ->
                          attention.get("score").data()[j]
                              * IntStream.range(0, PATCHES)
                                  .mapToDouble(
                                      i -> Math.max(0, cosine(features, width, j, i) - cover[i]))
                                  .sum()))
              .orElseThrow();
      for (int i = 0; i < PATCHES; i++) {
        cover[i] = Math.max(cover[i], cosine(features, width, best, i));
      }
      taken.add(best);
    }

    assertThat(trace(plain, "scope:tokens=6").kept().orElseThrow())
        .containsExactly(taken.stream().mapToInt(Integer::intValue).toArray());
  }

  @Test
  void vtcClsAddsUpTheBlocksFromItsFirstToTheLastButOne() throws IOException {
    LlavaCheckpoint plain = tiny("plain", -2);
    float[] both = trace(plain, "vtc-cls:layer=21,tokens=3").get("score").data();
    float[] last = trace(plain, "vtc-cls:layer=22,tokens=3").get("score").data();
    float[] all = trace(plain, "vtc-cls:layer=0,tokens=3").get("score").data();

    assertThat(sum(last)).isLessThan(1);
    assertThat(sum(both)).isBetween(1.5 * sum(last), 2.0);
    assertThat(sum(all)).isBetween(10 * sum(last), 23.0);
  }

  private static double sum(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).sum();
  }

  /** A tower of the checkpoint's own has all of its blocks used, including the last one. */
  @ParameterizedTest
  @ValueSource(strings = {"vtc-cls:layer=20,tokens=5", "prumerge", "prumerge+"})
  void patchesAreChosenByTheSameAttentionWhicheverBlockTheFeaturesAreOf(String spec)
      throws IOException {
    Trace lastButOne = trace(tiny("plain", -2), spec);
    Trace last = trace(tiny("plain", -1), spec);

    assertClose(last.get("score").data(), lastButOne.get("score").data());
    assertThat(last.kept().orElseThrow()).isEqualTo(lastButOne.kept().orElseThrow());
    assertThat(last.get("vision_tokens").data())
        .isNotEqualTo(lastButOne.get("vision_tokens").data());
  }

  @ParameterizedTest
  @CsvSource({"64, 13, 11", "144, 35, 5"})
  void aBudgetOfPruMergePlusIsPatchesOfMostAttentionAndThoseOfAGrid(int tokens, int top, int step) {
    Trace trace = trace(llava15(), "prumerge+:tokens=" + tokens);

    float[] attention = trace.get("score").data();
    Set<Integer> expected =
        IntStream.range(0, attention.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -attention[i]))
            .limit(top)
            .collect(Collectors.toCollection(TreeSet::new));
    IntStream.range(0, 575).filter(i -> i % step == 0).forEach(expected::add);
    assertThat(trace.kept().orElseThrow())
        .containsExactly(expected.stream().mapToInt(Integer::intValue).toArray());
    assertThat(trace.get("vision_tokens").shape().get(0)).isEqualTo(expected.size() + 1);
    assertThat(expected.size() + 1).isBetween(tokens - 8, tokens + 8);
  }

  /**
   * Rounding may exchange patches at the threshold; in sequential selection, one exchange changes
   * later choices.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          vtc-cls              | BFLOAT16 | PACKED | 0.9
          vtc-cls              | FLOAT16  | PLAIN  | 0.95
          prumerge             | BFLOAT16 | PLAIN  | 0.8
          prumerge+:tokens=144 | BFLOAT16 | PACKED | 0.9
          scope                | BFLOAT16 | PACKED | 0.8
          divprune             | BFLOAT16 | PACKED | 0.5
          """)
  void halfPrecisionKeepsNearlyTheSamePatches(
      String spec, DType dtype, WeightFormat weights, double share) {
    CompressionStrategy strategy = CompressionStrategy.parse(spec);
    Set<Integer> exact = kept(ModelSettings.exact().with(strategy));
    Set<Integer> half = kept(new ModelSettings("cpu", dtype, weights, strategy));

    Set<Integer> common = new TreeSet<>(exact);
    common.retainAll(half);
    assertThat((double) common.size() / exact.size()).isGreaterThan(share);
  }

  private static Set<Integer> kept(ModelSettings settings) {
    try (LlavaModel model = LlavaModel.load(llava15(), settings)) {
      Trace trace = model.traceImage(noise(model.config().vision().imageSize()));
      for (float number : trace.get("vision_tokens").data()) {
        assertThat(number).isFinite();
      }
      return Arrays.stream(trace.kept().orElseThrow())
          .boxed()
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Images do not affect each other, with equal numbers of tokens or not. */
  @ParameterizedTest
  @ValueSource(
      strings = {"vtc-cls:layer=20,tokens=5", "prumerge", "prumerge+", "scope:tokens=5", "avgpool"})
  void picturesEncodedTogetherBecomeWhatTheyBecomeAlone(String spec) throws IOException {
    CompressionStrategy strategy = CompressionStrategy.parse(spec);
    try (LlavaModel model =
        LlavaModel.load(tiny("plain", -2), ModelSettings.exact().with(strategy))) {
      int size = model.config().vision().imageSize();
      List<byte[]> pictures = List.of(noise(size), new byte[3 * size * size], noise(size));
      Arrays.fill(pictures.get(1), 0, size * size, (byte) 90);

      VisionTokens together = model.encodeImages(pictures);

      assertThat(together.counts()).hasSize(3);
      for (int i = 0; i < 3; i++) {
        VisionTokens alone = model.encodeImages(List.of(pictures.get(i)));
        assertThat(together.picture(i).counts()).isEqualTo(alone.counts());
        assertClose(together.picture(i).data(), alone.data());
      }
    }
  }

  @Test
  void whatIsUndefinedForACheckpointIsRefusedWhenItIsLoaded() throws IOException {
    LlavaCheckpoint fused = tiny("mbtf+stf", -2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> trace(fused, "vtc-cls"))
        .withMessageContaining("needs LLaVA-1.5's projector");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trace(tiny("plain", -2), "scope:tokens=17"))
        .withMessageContaining("an image has 16 patches");
  }

  private LlavaCheckpoint tiny(String variant, int selectedLayer) throws IOException {
    Path directory = folder.resolve(variant + selectedLayer);
    TinyVariants.write(directory, FusionVariant.named(variant), selectedLayer);
    return LlavaCheckpoint.open(directory, Optional.empty());
  }

  private static LlavaCheckpoint llava15() {
    return LlavaCheckpoint.open(Golden.file("checkpoints/small-llava15"), Optional.empty());
  }

  private static Trace trace(LlavaCheckpoint checkpoint, String spec) {
    ModelSettings settings = ModelSettings.exact().with(CompressionStrategy.parse(spec));
    try (LlavaModel model = LlavaModel.load(checkpoint, settings)) {
      return model.traceImage(noise(checkpoint.config().vision().imageSize()));
    }
  }

  private static byte[] noise(int size) {
    return NoiseImage.of(size, new Random(9)).chw();
  }

  private static void assertClose(float[] ours, float[] expected) {
    assertThat(ours).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(ours[i]).as("[%d]", i).isCloseTo(expected[i], within(LIMIT));
    }
  }

  private static float[] rows(float[] matrix, int width, int[] rows) {
    float[] some = new float[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(matrix, rows[i] * width, some, i * width, width);
    }
    return some;
  }

  private static double cosine(float[] vectors, int width, int i, int j) {
    return product(vectors, width, i, j)
        / Math.sqrt(product(vectors, width, i, i) * product(vectors, width, j, j));
  }

  private static double product(float[] vectors, int width, int i, int j) {
    return IntStream.range(0, width)
        .mapToDouble(c -> (double) vectors[i * width + c] * vectors[j * width + c])
        .sum();
  }
}
