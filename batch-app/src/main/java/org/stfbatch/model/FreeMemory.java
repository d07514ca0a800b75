package org.stfbatch.model;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Free memory of a device. */
final class FreeMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final long KIBI = 1024;

  private FreeMemory() {}

  /**
   * Returns the bytes that can be allocated on {@code cpu} or {@code cuda:N}. The CPU's page cache
   * counts as free, except its mapped part: a mapped checkpoint is the model itself.
   */
  static long bytes(String device) {
    if (device.equals("cpu")) {
      return Math.max(1, meminfo("MemAvailable:") - meminfo("Mapped:"));
    }
    int index = Integer.parseInt(device.substring("cuda:".length()));
    MemoryUsage usage = CudaUtils.getGpuMemory(Device.gpu(index));
    return usage.getMax() - usage.getCommitted();
  }

  private static long meminfo(String field) {
    try (Stream<String> lines = Files.lines(MEMINFO)) {
      return lines
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> KIBI * Long.parseLong(line.replaceAll("\\D+", "")))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException(MEMINFO + " has no " + field));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
