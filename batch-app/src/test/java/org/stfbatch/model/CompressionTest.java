package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.jni.IValue;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.stfbatch.model.TorchModule.Scope;
import org.stfbatch.model.TorchModule.Tensor;

/** Kept and merged patches against a straightforward reimplementation; and degenerate attention. */
final class CompressionTest {
  private static final int PATCHES = 40;
  private static final int CHANNELS = 6;
  private static final float LIMIT = 1e-4f;

  private static TorchModule module;

  @BeforeAll
  static void load() {
    module = TorchModule.load(TorchArchive.of("compression_probe"));
  }

  @AfterAll
  static void close() {
    module.close();
  }

  @Test
  void theLargestAreKeptInTheirOrderAndOfEqualsTheFirst() {
    float[] scores = {1, 5, 5, 0, 5, 9, 2, 2, 2, 2};

    assertThat(longs("largest", Tensor.float32(scores, 2, 5), 2)).containsExactly(1, 2, 0, 1);
  }

  @Test
  void scopeTakesThePatchThatAddsMostToTheCoverAgainAndAgain() {
    float[] features = random(1, 2 * PATCHES * CHANNELS);
    float[] weights = positive(2, 2 * PATCHES);

    long[] kept =
        first(
            "covering",
            Tensor.float32(features, 2, PATCHES, CHANNELS),
            Tensor.float32(weights, 2, PATCHES),
            9);

    for (int picture = 0; picture < 2; picture++) {
      float[] own = part(features, picture, PATCHES * CHANNELS);
      float[] weight = part(weights, picture, PATCHES);
      double[] cover = new double[PATCHES];
      TreeSet<Integer> taken = new TreeSet<>();
      for (int step = 0; step < 9; step++) {
        int best =
            best(
                taken,
                j ->
                    weight[j]
                        * patches()
                            .mapToDouble(i -> Math.max(0, cosine(own, j, i) - cover[i]))
                            .sum());
        patches().forEach(i -> cover[i] = Math.max(cover[i], cosine(own, best, i)));
        taken.add(best);
      }
      assertThat(Arrays.copyOfRange(kept, 9 * picture, 9 * picture + 9))
          .isEqualTo(taken.stream().mapToLong(Integer::longValue).toArray());
    }
  }

  @Test
  void divPruneTakesTheTokenThatIsFarthestFromThoseItHas() {
    float[] tokens = random(3, 2 * PATCHES * CHANNELS);

    long[] kept = first("diverse", Tensor.float32(tokens, 2, PATCHES, CHANNELS), 9);

    for (int picture = 0; picture < 2; picture++) {
      float[] own = part(tokens, picture, PATCHES * CHANNELS);
      TreeSet<Integer> taken = new TreeSet<>();
      for (int step = 0; step < 9; step++) {
        TreeSet<Integer> others =
            step == 0
                ? patches().boxed().collect(TreeSet::new, TreeSet::add, TreeSet::addAll)
                : taken;
        TreeSet<Integer> near = new TreeSet<>(others);
        taken.add(
            best(
                taken,
                j ->
                    near.stream()
                        .filter(i -> i != j)
                        .mapToDouble(i -> 1 - cosine(own, j, i))
                        .min()
                        .orElseThrow()));
      }
      assertThat(Arrays.copyOfRange(kept, 9 * picture, 9 * picture + 9))
          .isEqualTo(taken.stream().mapToLong(Integer::longValue).toArray());
    }
  }

  /** A uniform image. */
  @Test
  void ofPatchesThatAreAllTheSameTheFirstAreKept() {
    float[] same = new float[PATCHES * CHANNELS];
    float[] weights = new float[PATCHES];
    Arrays.fill(weights, 0.5f);
    for (float value : new float[] {0, 1}) {
      Arrays.fill(same, value);
      Tensor tokens = Tensor.float32(same, 1, PATCHES, CHANNELS);

      assertThat(first("covering", tokens, Tensor.float32(weights, 1, PATCHES), 3))
          .containsExactly(0, 1, 2);
      assertThat(first("diverse", tokens, 3)).containsExactly(0, 1, 2);
    }
  }

  @Test
  void outliersLieFarAboveTheThirdQuartile() {
    float[] attention = new float[2 * PATCHES];
    for (int i = 0; i < 2 * PATCHES; i++) {
      attention[i] = i % PATCHES;
    }
    // The second picture's quartiles are 12.75 and 32.25, so that the limit is 61.5.
    attention[PATCHES + 3] = 61.4f;
    attention[PATCHES + 4] = 62;
    attention[PATCHES + 5] = 63;

    assertThat(longs("outliers", Tensor.float32(attention, 2, PATCHES))).containsExactly(0, 2);
  }

  @Test
  void theGridOfPruMergePlusIsAboutThreeTimesAsDenseAsTheOutliers() {
    int[][] countAndStep = {{46, 4}, {1, 192}, {64, 3}, {144, 1}, {192, 1}, {193, 1}, {576, 1}};
    for (int[] pair : countAndStep) {
      assertThat(longs("grid_step", pair[0], 576)).containsExactly(pair[1]);
    }
  }

  @Test
  void keptPatchesAreThoseOfMostAttentionThenThoseOfTheGrid() {
    float[] attention = {0, 3, 9, 3, 1, 0, 0, 0, 0, 9};

    assertThat(longs("sampled", Tensor.float32(attention, 10), 3, 0)).containsExactly(2, 9, 1);
    assertThat(longs("sampled", Tensor.float32(attention, 10), 3, 2))
        .containsExactly(2, 9, 1, 0, 4, 6, 8);
    assertThat(longs("sampled", Tensor.float32(attention, 10), 3, 3))
        .containsExactly(2, 9, 1, 0, 3, 6);
  }

  @Test
  void similarPatchesAreAddedToKeptOnesAndTheRestBecomesOneToken() {
    for (int patches : new int[] {PATCHES, 12}) {
      float[] features = random(4, patches * CHANNELS);
      float[] keys = random(5, patches * CHANNELS);
      float[] attention = new float[patches];
      for (int i = 0; i < patches; i++) {
        attention[i] = 0.001f * ((7 * i) % patches);
      }
      attention[3] = 5;
      attention[8] = 6;

      float[] merged = merge(features, attention, keys, 0, patches).tokens();

      assertThat(merged).hasSize(3 * CHANNELS);
      int[] kept = {8, 3};
      for (int c = 0; c < CHANNELS; c++) {
        int channel = c;
        for (int t = 0; t < 2; t++) {
          int self = kept[t];
          double sum =
              features[self * CHANNELS + c]
                  + IntStream.range(0, patches)
                      .filter(j -> j != self)
                      .boxed()
                      .sorted(Comparator.comparingDouble(j -> -cosine(keys, self, j)))
                      .limit(32)
                      .mapToDouble(j -> attention[j] * features[j * CHANNELS + channel])
                      .sum();
          assertThat((double) merged[t * CHANNELS + c]).isCloseTo(sum, within((double) LIMIT));
        }
        double rest =
            IntStream.range(0, patches)
                .filter(j -> j != 3 && j != 8)
                .mapToDouble(j -> attention[j] * features[j * CHANNELS + channel])
                .sum();
        assertThat((double) merged[2 * CHANNELS + c]).isCloseTo(rest, within((double) LIMIT));
      }
    }
  }

  @Test
  void withoutAnOutlierOnePatchStaysBesideTheGrid() {
    float[] flat = new float[576];
    Arrays.fill(flat, 1 / 577f);

    assertThat(merge(flat, 0).counts()).containsExactly(2);
    assertThat(merge(flat, -1).counts()).containsExactly(1 + 2 + 1);
  }

  @Test
  void asManyOutliersAsThereCanBeMakeTheGridFull() {
    float[] attention = new float[576];
    Arrays.fill(attention, 0, 144, 1);

    assertThat(merge(attention, 0).counts()).containsExactly(145);
    assertThat(merge(attention, -1).counts()).containsExactly(576);
  }

  @Test
  void attentionThatIsNoNumberKeepsAPatchAndNothingBreaks() {
    float[] attention = new float[576];
    Arrays.fill(attention, Float.NaN);

    assertThat(merge(attention, 0).counts()).containsExactly(2);
    assertThat(merge(attention, -1).counts()[0]).isBetween(2, 577);
  }

  private record Merged(float[] tokens, int[] counts) {}

  private static Merged merge(float[] attention, int step) {
    float[] any = random(6, attention.length * CHANNELS);
    return merge(any, attention, any, step, attention.length);
  }

  private static Merged merge(
      float[] features, float[] attention, float[] keys, int step, int patches) {
    return module.call(
        "merge",
        (scope, result) -> {
          IValue[] parts = result.toIValueTuple();
          try (IValue tokens = parts[0];
              IValue counts = parts[1]) {
            return new Merged(scope.floats(tokens), ints(scope, counts));
          }
        },
        Tensor.float32(features, 1, patches, CHANNELS),
        Tensor.float32(attention, 1, patches),
        Tensor.float32(keys, 1, patches, CHANNELS),
        step);
  }

  private static int[] ints(Scope scope, IValue tensor) {
    return LongStream.of(scope.array(tensor).toLongArray()).mapToInt(Math::toIntExact).toArray();
  }

  private static long[] longs(String method, Object... arguments) {
    BiFunction<Scope, IValue, long[]> reader = (scope, tensor) -> scope.array(tensor).toLongArray();
    return module.call(method, reader, arguments);
  }

  /** Returns the first of the tensors that a method returns. */
  private static long[] first(String method, Object... arguments) {
    BiFunction<Scope, IValue, long[]> reader =
        (scope, result) -> {
          IValue[] parts = result.toIValueTuple();
          try (IValue kept = parts[0];
              IValue scores = parts[1]) {
            return scope.array(kept).toLongArray();
          }
        };
    return module.call(method, reader, arguments);
  }

  private static int best(TreeSet<Integer> taken, ToDoubleFunction<Integer> value) {
    return patches()
        .boxed()
        .filter(j -> !taken.contains(j))
        .max(Comparator.comparingDouble(value))
        .orElseThrow();
  }

  private static IntStream patches() {
    return IntStream.range(0, PATCHES);
  }

  private static double cosine(float[] vectors, int i, int j) {
    return product(vectors, i, j) / Math.sqrt(product(vectors, i, i) * product(vectors, j, j));
  }

  private static double product(float[] vectors, int i, int j) {
    return IntStream.range(0, CHANNELS)
        .mapToDouble(c -> (double) vectors[i * CHANNELS + c] * vectors[j * CHANNELS + c])
        .sum();
  }

  private static float[] part(float[] all, int index, int size) {
    return Arrays.copyOfRange(all, index * size, (index + 1) * size);
  }

  private static float[] random(long seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static float[] positive(long seed, int count) {
    float[] values = random(seed, count);
    for (int i = 0; i < count; i++) {
      values[i] = 0.1f + Math.abs(values[i]);
    }
    return values;
  }
}
