package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stfbatch.model.TrainingRow.IGNORED;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.stfbatch.model.TorchModule.Scope;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/** Rows of a batch whose images are pooled. */
final class PooledRowsTest {
  private static final int IMAGE = -200;
  private static final int PADDING = 0;
  private static final int TEXT = TokenSpan.TEXT;

  /** The original reads the labels at the position ids, so that these are its label columns. */
  @Test
  void positionIdsAreTheLabelColumnsOfTheOriginal() {
    JsonNode recorded = Golden.json("cases/train_small-llava15_llavolta_l2_s8.json");
    Npy ids = array(recorded, "batch_input_ids");
    Npy columns = array(recorded, "label_ids");
    int width = ids.shape()[1];
    for (int row = 0; row < ids.shape()[0]; row++) {
      TrainingRow ours = row(Arrays.copyOfRange(ids.longs(), row * width, (row + 1) * width));
      int[] positions = positions(ours, 576, new ImagePruning(2, 72, 8));
      int start = row * columns.shape()[1];
      assertThat(positions)
          .hasSizeLessThanOrEqualTo(columns.shape()[1])
          .isEqualTo(
              IntStream.range(start, start + positions.length)
                  .map(i -> (int) columns.longs()[i])
                  .toArray());
    }
  }

  @Test
  void tokensThatFillNoMeanAreDroppedAndTheTextBehindIsTheTarget() {
    // Two images of 5 tokens, means of 2.
    TrainingRow row =
        new TrainingRow(
            new int[14],
            new int[] {TEXT, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, TEXT, TEXT, TEXT},
            labels(14, 11, 71, 12, 72, 13, 73),
            2);
    ImagePruning pooling = new ImagePruning(0, 2, 2);
    PooledRows pooled = PooledRows.of(List.of(row), 5, Optional.of(pooling));

    assertThat(numbers(pooled.firsts())).containsExactly(1, 3, 6, 8);
    int[] sources = {0, 14, 15, 16, 17, 11, 12, 13};
    int[] targets = {IGNORED, IGNORED, IGNORED, IGNORED, 71, 72, 73, IGNORED};
    int[] zeros = new int[8];
    int[] columns = IntStream.range(0, 8).toArray();
    assertThat(numbers(pooled.remaining()))
        .containsExactly(concat(sources, zeros, columns, targets));
    assertThat(PooledRows.dropped(row, 5, pooling)).isEqualTo(14 - 8);
  }

  @Test
  void anImageThatTheMaximumLengthCutsHasItsWholeMeans() {
    TrainingRow row =
        new TrainingRow(new int[6], new int[] {TEXT, 0, 1, 2, 3, 4}, labels(6, 0, 9), 1);
    ImagePruning pooling = new ImagePruning(1, 4, 2);
    PooledRows pooled = PooledRows.of(List.of(row, row), 8, Optional.of(pooling));

    assertThat(numbers(pooled.firsts())).containsExactly(1, 3, 7, 9);
    assertThat(Arrays.copyOf(numbers(pooled.remaining()), 6)).containsExactly(0, 12, 13, 6, 14, 15);
    assertThat(PooledRows.dropped(row, 8, pooling)).isEqualTo(3);
  }

  @Test
  void nothingIsPooledWithoutAnImageOrAStrategy() {
    TrainingRow text = new TrainingRow(new int[2], new int[] {TEXT, TEXT}, labels(2, 1, 5), 0);
    TrainingRow image = new TrainingRow(new int[2], new int[] {0, TEXT}, labels(2, 1, 5), 1);

    assertThat(numbers(PooledRows.of(List.of(text), 1, pooling()).remaining())).isEmpty();
    assertThat(numbers(PooledRows.of(List.of(image), 1, Optional.empty()).remaining())).isEmpty();
    assertThat(numbers(PooledRows.of(List.of(text, image), 1, pooling()).remaining()))
        .hasSize(4 * 4);
  }

  private static Optional<ImagePruning> pooling() {
    return Optional.of(new ImagePruning(0, 1, 1));
  }

  private static int[] positions(TrainingRow row, int tokensPerPicture, ImagePruning pooling) {
    PooledRows pooled = PooledRows.of(List.of(row), tokensPerPicture, Optional.of(pooling));
    try (TorchModule probe = TorchModule.load(TorchArchive.of("pooling_probe"))) {
      float[] positions =
          probe.call(
              "positions",
              Scope::floats,
              Tensor.int64(IntStream.range(0, row.length()).toArray()),
              pooled.firsts(),
              pooled.remaining(),
              pooling.stride());
      return IntStream.range(0, positions.length).map(i -> (int) positions[i]).toArray();
    }
  }

  private static TrainingRow row(long[] ids) {
    List<Integer> vision = new ArrayList<>();
    for (long id : ids) {
      if (id == IMAGE) {
        IntStream.range(0, 576).forEach(vision::add);
      } else if (id != PADDING) {
        vision.add(TEXT);
      }
    }
    int[] index = vision.stream().mapToInt(Integer::intValue).toArray();
    return new TrainingRow(new int[index.length], index, new int[index.length], 1);
  }

  /** Returns labels that are all ignored, but for pairs of an index and a label. */
  private static int[] labels(int count, int... pairs) {
    int[] labels = new int[count];
    Arrays.fill(labels, IGNORED);
    for (int i = 0; i < pairs.length; i += 2) {
      labels[pairs[i]] = pairs[i + 1];
    }
    return labels;
  }

  private static Npy array(JsonNode recorded, String name) {
    return Npy.read(Golden.file(recorded.get("arrays").get(name).get("file").asText()));
  }

  private static int[] numbers(Tensor tensor) {
    int count = (int) Arrays.stream(tensor.shape()).reduce(1, (a, b) -> a * b);
    return IntStream.range(0, count)
        .map(i -> (int) tensor.data().getLong(Long.BYTES * i))
        .toArray();
  }

  private static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }
}
