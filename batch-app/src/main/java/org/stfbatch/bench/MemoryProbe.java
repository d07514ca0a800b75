package org.stfbatch.bench;

import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.PeakKernels;

/** Repeated measurement of the memory bandwidth. */
final class MemoryProbe {
  /** Much larger than any processor's caches. */
  static final long LARGER_THAN_CACHES = 256L << 20;

  private static final double GIGA = 1e9;

  private final PeakKernels kernels;
  private final double productBytes;

  private MemoryProbe(PeakKernels kernels, double productBytes) {
    this.kernels = kernels;
    this.productBytes = productBytes;
  }

  /** Creates the buffers and matrices. The probe owns the kernels' data until they are cleared. */
  static MemoryProbe on(PeakKernels kernels, BenchModel model, ModelSettings settings) {
    int in = model.config().language().hiddenSize();
    int out = model.config().language().intermediateSize();
    kernels.drawWeights(in, out, 2 * Peak.weightBytes(model, settings));
    kernels.drawRows(1, in);
    kernels.drawBuffers(LARGER_THAN_CACHES);
    MemoryProbe probe = new MemoryProbe(kernels, (double) in * out * settings.weightBytes());
    probe.sample();
    return probe;
  }

  /** Measures each bandwidth for a tenth of a second or more. */
  Peak.Memory sample() {
    double copy = Timing.sample(kernels::copy);
    double read = Timing.sample(kernels::read);
    double product = Timing.sample(kernels::product);
    return new Peak.Memory(
        2 * LARGER_THAN_CACHES / copy / GIGA,
        LARGER_THAN_CACHES / read / GIGA,
        productBytes / product / GIGA);
  }
}
