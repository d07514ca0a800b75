package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import org.junit.jupiter.api.Test;
import org.stfbatch.model.checkpoint.DType;

final class CudaDeviceTest {
  /** LibTorch's own message names an operator and lists its backends. */
  @Test
  void aGpuThatLibTorchDoesNotSeeIsNamedWithTheCure() {
    Engine.getEngine("PyTorch");
    assumeFalse(JniUtils.getFeatures().contains("CUDA"), "LibTorch sees a GPU");
    ModelSettings settings = new ModelSettings("cuda:0", DType.FLOAT32, WeightFormat.PLAIN);

    assertThatThrownBy(() -> PeakKernels.open(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("cuda:0: LibTorch 2.")
        .hasMessageContaining("PYTORCH_LIBRARY_PATH");
  }
}
