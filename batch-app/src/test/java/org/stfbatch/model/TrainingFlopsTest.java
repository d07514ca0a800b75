package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.testing.Golden;

/** Operations of training with fewer vision tokens. */
final class TrainingFlopsTest {
  private static final int VISION = 576;
  private static final int LENGTH = 10 + VISION + 30;

  @Test
  void tokensThatArePooledCostNothingInTheLayersBehind() {
    LlavaCheckpoint checkpoint =
        LlavaCheckpoint.open(Golden.file("checkpoints/small-llava15"), Optional.empty());
    TrainingFlops training = TrainingFlops.of(checkpoint, tensor -> true);
    CompressionStrategy pooling = CompressionStrategy.parse("llavolta:layer=1,stride=8");

    double saved = cost(training, new NoCompression()) - cost(training, pooling);

    // Three of four layers, forward and backward to activations and weights.
    ModelFlops forward = ModelFlops.of(checkpoint, new NoCompression());
    int remaining = LENGTH - VISION + VISION / 8;
    double expected = 3 * 0.75 * (forward.layers(0, LENGTH) - forward.layers(0, remaining));
    assertThat(saved).isCloseTo(expected, withinPercentage(1e-6));
  }

  @Test
  void whatMasksMakeSuperfluousIsNotCounted() {
    LlavaCheckpoint checkpoint =
        LlavaCheckpoint.open(Golden.file("checkpoints/small-llava15"), Optional.empty());
    TrainingFlops training = TrainingFlops.of(checkpoint, tensor -> true);
    CompressionStrategy yopo = CompressionStrategy.parse("yopo:layers=2,ffn=4");

    double saved = cost(training, new NoCompression()) - cost(training, yopo);

    double forward = ModelFlops.of(checkpoint, yopo).saved(VISION);
    assertThat(forward).isPositive();
    assertThat(saved).isCloseTo(3 * forward, withinPercentage(1e-6));
  }

  private static double cost(TrainingFlops training, CompressionStrategy strategy) {
    return training.ofRows(strategy).applyAsDouble(row());
  }

  private static TrainingRow row() {
    int[] vision =
        IntStream.range(0, LENGTH)
            .map(i -> i >= 10 && i < 10 + VISION ? i - 10 : TokenSpan.TEXT)
            .toArray();
    return new TrainingRow(new int[LENGTH], vision, new int[LENGTH], 1);
  }
}
