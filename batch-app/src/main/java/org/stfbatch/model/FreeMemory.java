package org.stfbatch.model;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How much memory a device has left. */
final class FreeMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final String AVAILABLE = "MemAvailable:";
  private static final long KIBI = 1024;

  private FreeMemory() {}

  /**
   * Bytes that can be taken on {@code cpu} or {@code cuda:N}; the CPU's file cache counts as free.
   */
  static long bytes(String device) {
    if (device.equals("cpu")) {
      return available();
    }
    var usage =
        CudaUtils.getGpuMemory(Device.gpu(Integer.parseInt(device.substring("cuda:".length()))));
    return usage.getMax() - usage.getCommitted();
  }

  private static long available() {
    try (Stream<String> lines = Files.lines(MEMINFO)) {
      return lines
          .filter(line -> line.startsWith(AVAILABLE))
          .mapToLong(line -> KIBI * Long.parseLong(line.replaceAll("\\D+", "")))
          .findFirst()
          .orElseThrow(
              () -> new IllegalStateException(MEMINFO + " does not tell the available memory"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
