package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.image.NoiseImage;
import org.stfbatch.model.checkpoint.FusionVariant;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.SpatialFusion;
import org.stfbatch.model.checkpoint.SpatialFusion.Form;
import org.stfbatch.model.checkpoint.TinyVariants;

/** Vision tokens against a straightforward implementation of the paper's formulas. */
class FusionVariantsTest {
  private static final float LIMIT = 1e-4f;
  private static final int GRID = 4;
  private static final int CHANNELS = 32;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "avgpool",
        "tokenconcat",
        "stf",
        "stf:k2e2",
        "stf:k4e8",
        "mbtf",
        "mbtf+stf:k4e4"
      })
  void tokensAreThoseOfTheFormula(String name) throws IOException {
    FusionVariant variant = FusionVariant.named(name);
    TinyVariants.write(folder, variant);
    LlavaCheckpoint checkpoint = LlavaCheckpoint.open(folder, Optional.empty());
    Trace trace;
    try (LlavaModel model = LlavaModel.load(checkpoint, ModelSettings.exact())) {
      trace = model.traceImage(pixels(checkpoint.config().vision().imageSize()));
    }
    try (TrainableModel weights =
        TrainableModel.load(
            checkpoint, ModelSettings.exact(), tensor -> false, AdamWSettings.standard())) {
      float[] patches = trace.get(variant.multiBlock() ? "mbtf" : "hidden_select").data();
      float[] ours = trace.get("vision_tokens").data();
      int width = checkpoint.config().language().hiddenSize();
      int count = checkpoint.config().visionTokens();
      assertThat(ours).hasSize(count * width);
      for (int token = 0; token < count; token++) {
        double[] expected = projected(input(variant.spatial(), patches, token), weights);
        for (int i = 0; i < width; i++) {
          assertThat((double) ours[token * width + i])
              .as("token %d, channel %d", token, i)
              .isCloseTo(expected[i], within((double) LIMIT));
        }
      }
    }
  }

  /** Returns the projector's input for a token, from patches [P, C]. */
  private static double[] input(SpatialFusion spatial, float[] patches, int token) {
    int kernel = spatial.kernel();
    int neighbourhood = token / spatial.tokens();
    int part = token % spatial.tokens();
    int top = neighbourhood / (GRID / kernel) * kernel;
    int left = neighbourhood % (GRID / kernel) * kernel;
    double[] joined = new double[kernel * kernel * CHANNELS];
    double[] average = new double[CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
      for (int row = 0; row < kernel; row++) {
        for (int column = 0; column < kernel; column++) {
          double value = patches[((top + row) * GRID + left + column) * CHANNELS + c];
          joined[(c * kernel + row) * kernel + column] = value;
          average[c] += value / (kernel * kernel);
        }
      }
    }
    int width = joined.length / spatial.tokens();
    return spatial.form() == Form.AVERAGE
        ? average
        : Arrays.copyOfRange(joined, part * width, (part + 1) * width);
  }

  private static double[] projected(double[] x, TrainableModel weights) {
    double[] inner = linear(x, weights, "model.mm_projector.0");
    for (int i = 0; i < inner.length; i++) {
      inner[i] = inner[i] * 0.5 * (1 + erf(inner[i] / Math.sqrt(2)));
    }
    return linear(inner, weights, "model.mm_projector.2");
  }

  private static double[] linear(double[] x, TrainableModel weights, String name) {
    float[] matrix = weights.weights().weight(name + ".weight").data();
    float[] bias = weights.weights().weight(name + ".bias").data();
    double[] y = new double[bias.length];
    for (int out = 0; out < y.length; out++) {
      y[out] = bias[out];
      for (int in = 0; in < x.length; in++) {
        y[out] += matrix[out * x.length + in] * x[in];
      }
    }
    return y;
  }

  /** Computes the error function by its power series; enough terms for |x| < 5. */
  private static double erf(double x) {
    if (Math.abs(x) > 5) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; n < 120; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  private static byte[] pixels(int size) {
    return NoiseImage.of(size, new Random(1)).chw();
  }
}
