package org.stfbatch.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.stfbatch.model.Int8Products;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.PeakKernels;
import org.stfbatch.model.WeightFormat;

/**
 * Machine and settings of a measurement.
 *
 * @param cpu the processor's name
 * @param cores available to this process
 * @param memoryBytes of the machine
 * @param jdk the Java runtime
 * @param libtorch version of LibTorch
 * @param threads of one LibTorch operation
 * @param malloc configuration of the C library's allocator: its environment variables
 * @param device of the model
 * @param dtype of the computation
 * @param weights how matrices are stored: plain, or int8 with the bits of activations
 */
public record Machine(
    String cpu,
    int cores,
    long memoryBytes,
    String jdk,
    String libtorch,
    int threads,
    String malloc,
    String device,
    String dtype,
    String weights) {
  private static final long KIBI = 1024;

  static Machine describe(ModelSettings model) {
    return new Machine(
        valueOf(Path.of("/proc/cpuinfo"), "model name"),
        Runtime.getRuntime().availableProcessors(),
        KIBI * Long.parseLong(valueOf(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D+", "")),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        PeakKernels.libraryVersion(),
        PeakKernels.threads(),
        mallocVariables(),
        model.device(),
        model.dtype().torchName(),
        weights(model.weights()));
  }

  private static String weights(WeightFormat format) {
    return format == WeightFormat.INT8
        ? "int8, activations of %d bits".formatted(Int8Products.activationBits())
        : format.stored();
  }

  private static String valueOf(Path file, String key) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("0");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String mallocVariables() {
    return System.getenv().entrySet().stream()
        .filter(variable -> variable.getKey().startsWith("MALLOC_"))
        .map(variable -> variable.getKey() + "=" + variable.getValue())
        .sorted()
        .reduce((a, b) -> a + " " + b)
        .orElse("default");
  }

  void print(Text text) {
    text.line(
        "%s, %d core(s), %s; %s; LibTorch %s with %d thread(s); malloc %s",
        cpu, cores, Text.bytes(memoryBytes), jdk, libtorch, threads, malloc);
    text.line("device %s, dtype %s, weights %s", device, dtype, weights);
  }
}
