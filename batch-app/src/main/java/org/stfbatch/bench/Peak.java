package org.stfbatch.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.PeakKernels;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * Measured peak rates of a device, to which the engine's numbers are compared.
 *
 * @param products all measured matrix products
 * @param rates of a whole layer of the language model, for each number of rows
 * @param gemmGflops the highest of these rates, in 10^9 operations per second: the GEMM rate
 * @param memory bandwidths
 */
public record Peak(List<Product> products, List<Rate> rates, double gemmGflops, Memory memory) {
  private static final List<Integer> ROWS = List.of(512, 1024, 2048);
  private static final double GIGA = 1e9;

  /**
   * A matrix product, [rows, in] times [in, out].
   *
   * @param milliseconds its time
   * @param gflops 10^9 operations per second, two for each multiply-add
   */
  public record Product(int rows, int in, int out, double milliseconds, double gflops) {}

  /**
   * All matrix products of one layer of the language model.
   *
   * @param rows tokens
   * @param gflops 10^9 operations per second: all operations divided by the total time
   */
  public record Rate(int rows, double gflops) {}

  /**
   * Memory bandwidths in 10^9 bytes per second.
   *
   * @param copy of a large copy; counts both bytes read and bytes written
   * @param read of a large sum
   * @param product of the product of the largest matrix with one row, which reads the matrix
   */
  public record Memory(double copy, double read, double product) {
    /** Returns the highest of them: the memory bandwidth. */
    public double best() {
      return Math.max(copy, Math.max(read, product));
    }

    /** Returns the median of each bandwidth. */
    static Memory median(List<Memory> samples) {
      return new Memory(
          median(samples, Memory::copy),
          median(samples, Memory::read),
          median(samples, Memory::product));
    }

    private static double median(List<Memory> samples, ToDoubleFunction<Memory> bandwidth) {
      return Timing.median(samples.stream().mapToDouble(bandwidth).toArray());
    }

    void print(Text text) {
      text.value("memory, large copy", "%.1f GB/s", copy);
      text.value("memory, large sum", "%.1f GB/s", read);
      text.value("memory, one-row product", "%.1f GB/s", product);
      text.value("memory bandwidth", "%.1f GB/s", best());
      text.blank();
    }
  }

  /**
   * Measures the matrix products of the model's layers and the memory bandwidths.
   *
   * @param repeat number of samples; the median counts
   */
  public static Peak measure(BenchModel model, ModelSettings settings, int repeat) {
    try (PeakKernels kernels = PeakKernels.open(settings)) {
      List<Layer> layers = layers(model.config());
      List<Product> products = new ArrayList<>();
      double[] seconds = new double[ROWS.size()];
      double[] operations = new double[ROWS.size()];
      for (Layer layer : layers) {
        kernels.drawWeights(layer.in(), layer.out(), weightBytes(model, settings));
        for (int i = 0; i < ROWS.size(); i++) {
          Product product = product(kernels, layer, ROWS.get(i), repeat);
          products.add(product);
          seconds[i] += layer.times() * product.milliseconds() / 1000;
          operations[i] += layer.times() * layer.operations(ROWS.get(i));
        }
      }
      List<Rate> rates = new ArrayList<>();
      for (int i = 0; i < ROWS.size(); i++) {
        rates.add(new Rate(ROWS.get(i), operations[i] / seconds[i] / GIGA));
      }
      double best = rates.stream().mapToDouble(Rate::gflops).max().orElseThrow();
      return new Peak(products, rates, best, memory(kernels, model, settings, repeat));
    }
  }

  /** Returns the bytes of weights that a step of the model reads, within limits. */
  static long weightBytes(BenchModel model, ModelSettings settings) {
    double weights = model.flops(new NoCompression()).layerWeights() * settings.weightBytes();
    return (long) Math.min(MemoryProbe.LARGER_THAN_CACHES, weights);
  }

  /**
   * Shape of a weight matrix.
   *
   * @param times number of occurrences in a layer of the language model; 0 for one of the vision
   *     tower
   */
  private record Layer(int in, int out, int times) {
    double operations(int rows) {
      return 2.0 * rows * in * out;
    }
  }

  private static List<Layer> layers(LlavaConfig config) {
    LlamaConfig language = config.language();
    int width = language.hiddenSize();
    int inner = language.intermediateSize();
    return List.of(
        new Layer(width, width + 2 * language.keyValueSize(), 1),
        new Layer(width, width, 1),
        new Layer(width, inner, 2),
        new Layer(inner, width, 1),
        new Layer(config.vision().hiddenSize(), config.vision().intermediateSize(), 0));
  }

  private static Product product(PeakKernels kernels, Layer layer, int rows, int repeat) {
    kernels.drawRows(rows, layer.in());
    double seconds = Timing.median(repeat, kernels::product);
    return new Product(
        rows, layer.in(), layer.out(), 1000 * seconds, layer.operations(rows) / seconds / GIGA);
  }

  private static Memory memory(
      PeakKernels kernels, BenchModel model, ModelSettings settings, int repeat) {
    MemoryProbe probe = MemoryProbe.on(kernels, model, settings);
    return Memory.median(Stream.generate(probe::sample).limit(repeat).toList());
  }

  void print(Text text) {
    text.row("matrix product", "rows", "ms", "GFLOP/s");
    for (Product product : products) {
      text.row(
          product.in() + " -> " + product.out(),
          product.rows(),
          Text.format("%.3f", product.milliseconds()),
          Text.format("%.1f", product.gflops()));
    }
    for (Rate rate : rates) {
      text.row("a layer", rate.rows(), "", Text.format("%.1f", rate.gflops()));
    }
    text.blank();
    printSummary(text);
  }

  void printSummary(Text text) {
    text.value("GEMM rate", "%.1f GFLOP/s", gemmGflops);
    memory.print(text);
  }
}
