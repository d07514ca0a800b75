package org.stfbatch.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Memory of this process, from {@code /proc/self/status} of Linux. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final long KIBI = 1024;

  private ProcessMemory() {}

  /** Returns the peak resident set size in bytes, memory-mapped files included. */
  public static long peakBytes() {
    return bytes("VmHWM:");
  }

  /** Returns the resident set size in bytes. */
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
