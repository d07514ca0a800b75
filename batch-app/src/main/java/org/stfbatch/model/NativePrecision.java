package org.stfbatch.model;

import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.stfbatch.model.checkpoint.DType;

/** Which dtype a device is fastest in without losing range. */
public final class NativePrecision {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  /** Instructions that multiply bfloat16 numbers; without them it is emulated, and slow. */
  private static final Set<String> CPU_FLAGS = Set.of("avx512_bf16", "amx_bf16");

  /** Ampere, the first generation that has bfloat16. */
  private static final int FIRST_COMPUTE_CAPABILITY = 80;

  private NativePrecision() {}

  /**
   * BFLOAT16 where {@code cpu} or {@code cuda:N} computes in it, else FLOAT32.
   *
   * @throws IllegalArgumentException naming what is no device
   */
  public static DType of(String device) {
    ModelSettings.requireDevice(device);
    boolean bfloat16 =
        device.equals("cpu")
            ? cpuHasBfloat16()
            : gpuHasBfloat16(Integer.parseInt(device.substring("cuda:".length())));
    return bfloat16 ? DType.BFLOAT16 : DType.FLOAT32;
  }

  private static boolean cpuHasBfloat16() {
    if (!Files.isReadable(CPUINFO)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(CPUINFO)) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(flags -> Arrays.stream(flags.split("\\s+")).anyMatch(CPU_FLAGS::contains))
          .orElse(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean gpuHasBfloat16(int index) {
    return CudaUtils.hasCuda()
        && index < CudaUtils.getGpuCount()
        && Integer.parseInt(CudaUtils.getComputeCapability(index)) >= FIRST_COMPUTE_CAPABILITY;
  }
}
