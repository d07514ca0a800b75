package org.stfbatch.bench;

import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.PeakKernels;

/** Samples the memory bandwidth, as often as wanted. */
final class MemoryProbe {
  /** Far more than the caches of a processor hold. */
  static final long BEYOND_CACHES = 256L << 20;

  private static final double GIGA = 1e9;

  private final PeakKernels kernels;
  private final double productBytes;

  private MemoryProbe(PeakKernels kernels, double productBytes) {
    this.kernels = kernels;
    this.productBytes = productBytes;
  }

  /** Draws what it needs; the kernels are its own until they are cleared. */
  static MemoryProbe on(PeakKernels kernels, BenchModel model, ModelSettings settings) {
    int in = model.config().language().hiddenSize();
    int out = model.config().language().intermediateSize();
    kernels.drawWeights(in, out, 2 * Peak.weightBytes(model, settings));
    kernels.drawRows(1, in);
    kernels.drawBuffers(BEYOND_CACHES);
    MemoryProbe probe = new MemoryProbe(kernels, (double) in * out * settings.weightBytes());
    probe.sample();
    return probe;
  }

  /** A tenth of a second or more for each bandwidth. */
  Peak.Memory sample() {
    double copy = Timing.sample(kernels::copy);
    double read = Timing.sample(kernels::read);
    double product = Timing.sample(kernels::product);
    return new Peak.Memory(
        2 * BEYOND_CACHES / copy / GIGA,
        BEYOND_CACHES / read / GIGA,
        productBytes / product / GIGA);
  }
}
