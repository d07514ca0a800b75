package org.stfbatch.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this process takes of the machine's memory, as Linux counts it. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final long KIBI = 1024;

  private ProcessMemory() {}

  /** The most bytes it ever had in memory, mapped files included. */
  public static long peakBytes() {
    return bytes("VmHWM:");
  }

  /** The bytes it has in memory now. */
  public static long residentBytes() {
    return bytes("VmRSS:");
  }

  private static long bytes(String field) {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> KIBI * Long.parseLong(line.replaceAll("\\D+", "")))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException(STATUS + " has no " + field));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
