package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.stfbatch.model.TorchModule.Tensor;

/** Products in every weight format, against straightforward sums. */
final class LinearTest {
  private static final int FLOAT32 = 6;
  private static final int BFLOAT16 = 15;

  private static TorchModule module;

  @BeforeAll
  static void load() {
    module = TorchModule.load(TorchArchive.of("linear_probe"));
  }

  @AfterAll
  static void close() {
    module.close();
  }

  static Stream<Arguments> products() {
    return Stream.of(WeightFormat.values())
        .flatMap(
            format ->
                Stream.of(FLOAT32, BFLOAT16)
                    .filter(dtype -> format != WeightFormat.PACKED || dtype == BFLOAT16)
                    .flatMap(
                        dtype ->
                            Stream.of(1, 3, 16, 77)
                                .flatMap(
                                    rows ->
                                        Stream.of(
                                            Arguments.of(format, dtype, rows, 64, 48),
                                            Arguments.of(format, dtype, rows, 172, 64),
                                            Arguments.of(format, dtype, rows, 40, 675)))));
  }

  @ParameterizedTest
  @MethodSource("products")
  void productsAreNearTheSums(WeightFormat format, int dtype, int rows, int in, int out) {
    float[] x = random(1, rows * in);
    float[] weight = random(2, out * in);
    float[] other = random(3, out * in);
    float[] bias = random(4, out);
    float[] residual = random(5, rows * out);
    Tensor xs = Tensor.float32(x, rows, in);
    Tensor weights = Tensor.float32(weight, out, in);
    Tensor others = Tensor.float32(other, out, in);
    Tensor biases = Tensor.float32(bias, out);
    Tensor residuals = Tensor.float32(residual, rows, out);
    double limit = limit(format, dtype);
    double[] product = product(x, weight, rows, in, out);
    double[] up = product(x, other, rows, in, out);
    double[] biased = values(product.length, i -> product[i] + bias[i % out]);

    assertThat(error(call("linear", format, dtype, xs, weights, biases), biased)).isLessThan(limit);
    assertThat(
            error(
                call("linear_gelu", format, dtype, xs, weights, biases),
                values(product.length, i -> gelu(biased[i]))))
        .isLessThan(limit);
    assertThat(
            error(
                call("linear_add", format, dtype, xs, weights, residuals),
                values(product.length, i -> product[i] + residual[i])))
        .isLessThan(limit);
    assertThat(
            error(
                call("gated", format, dtype, xs, weights, others),
                values(product.length, i -> product[i] / (1 + Math.exp(-product[i])) * up[i])))
        .isLessThan(2 * limit);
  }

  /** Each row has its own scale, and integer sums are exact. */
  @Test
  void anInt8RowIsTheSameAmongOthersWhateverTheyAre() {
    int in = 172;
    int out = 64;
    float[] x = random(1, 100 * in);
    for (int i = in; i < x.length; i++) {
      x[i] *= 1000;
    }
    Tensor weights = Tensor.float32(random(2, out * in), out, in);
    Tensor bias = Tensor.float32(random(3, out), out);

    float[] alone =
        call("linear", WeightFormat.INT8, FLOAT32, first(x, 1, in), weights, bias).clone();

    for (int rows : new int[] {2, 5, 16, 33, 100}) {
      float[] among = call("linear", WeightFormat.INT8, FLOAT32, first(x, rows, in), weights, bias);
      assertThat(Arrays.copyOf(among, out)).as("%d rows", rows).isEqualTo(alone);
    }
  }

  /** An outlier column of weights or inputs does not reduce the precision of the others. */
  @ParameterizedTest
  @CsvSource({"1000, 1", "1, 1000", "1000, 1000"})
  void int8MultipliesOutlierChannelsApart(float weightTimes, float inputTimes) {
    int rows = 5;
    int in = 200;
    int out = 48;
    float[] x = random(1, rows * in);
    float[] weight = random(2, out * in);
    float[] norm = new float[in];
    Arrays.fill(norm, 1);
    norm[150] = inputTimes;
    IntStream.range(0, rows).forEach(row -> x[row * in + 150] *= inputTimes);
    IntStream.range(0, out).forEach(row -> weight[row * in + 7] *= weightTimes);
    IntStream.range(0, rows).forEach(row -> x[row * in + 7] /= weightTimes);
    IntStream.range(0, out).forEach(row -> weight[row * in + 150] /= inputTimes);

    float[] y =
        call(
            "linear_behind",
            WeightFormat.INT8,
            FLOAT32,
            Tensor.float32(x, rows, in),
            Tensor.float32(weight, out, in),
            Tensor.float32(norm, in));

    assertThat(error(y, product(x, weight, rows, in, out))).isLessThan(0.025);
  }

  private static Tensor first(float[] x, int rows, int in) {
    return Tensor.float32(Arrays.copyOf(x, rows * in), rows, in);
  }

  private static float[] call(String method, WeightFormat format, int dtype, Tensor... tensors) {
    Object[] arguments = Arrays.copyOf(tensors, tensors.length + 2, Object[].class);
    arguments[tensors.length] = dtype;
    arguments[tensors.length + 1] = format.ordinal();
    return module.call(method, (scope, result) -> scope.floats(result), arguments);
  }

  private static double[] product(float[] x, float[] weight, int rows, int in, int out) {
    return values(
        rows * out,
        i ->
            IntStream.range(0, in)
                .mapToDouble(k -> (double) x[i / out * in + k] * weight[i % out * in + k])
                .sum());
  }

  /** Activations with 7 bits, on processors where sums of 8 bits overflow, have twice the step. */
  private static double limit(WeightFormat format, int dtype) {
    if (format == WeightFormat.INT8) {
      return 0.025;
    }
    return dtype == BFLOAT16 ? 0.01 : 1e-6;
  }

  /** Uses the error function's power series, and its limits for large arguments. */
  private static double gelu(double x) {
    double z = x / Math.sqrt(2);
    if (Math.abs(z) > 5) {
      return Math.max(x, 0);
    }
    double term = z;
    double sum = z;
    for (int n = 1; n < 200; n++) {
      term *= -z * z / n;
      sum += term / (2 * n + 1);
    }
    return x * (1 + 2 / Math.sqrt(Math.PI) * sum) / 2;
  }

  private static double[] values(int count, IntToDoubleFunction value) {
    return IntStream.range(0, count).mapToDouble(value).toArray();
  }

  /** Returns the norm of the error divided by that of the exact values. */
  private static double error(float[] values, double[] right) {
    assertThat(values).hasSameSizeAs(right);
    double difference = 0;
    double length = 0;
    for (int i = 0; i < right.length; i++) {
      difference += Math.pow(values[i] - right[i], 2);
      length += right[i] * right[i];
    }
    return Math.sqrt(difference / length);
  }

  private static float[] random(long seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
