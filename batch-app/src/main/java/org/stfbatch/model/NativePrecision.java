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

/** Selects the fastest dtype of a device that keeps float32's range. */
public final class NativePrecision {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  /** CPU features with bfloat16 products; without them, bfloat16 is emulated and slow. */
  private static final Set<String> CPU_FLAGS = Set.of("avx512_bf16", "amx_bf16");

  /** Ampere, the first generation with bfloat16. */
  private static final int FIRST_COMPUTE_CAPABILITY = 80;

  private NativePrecision() {}

  /**
   * Returns BFLOAT16 if {@code cpu} or {@code cuda:N} supports it natively, otherwise FLOAT32.
   *
   * @throws IllegalArgumentException if the name is not that of a device
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
