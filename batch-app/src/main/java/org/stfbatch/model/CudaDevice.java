package org.stfbatch.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;

/** Checks that a GPU can be used, before anything is loaded on it. */
final class CudaDevice {
  private static final String PREFIX = "cuda:";

  private CudaDevice() {}

  /**
   * Does nothing for {@code cpu}.
   *
   * @throws IllegalArgumentException if LibTorch or DJL does not see the GPU {@code cuda:N}
   */
  static void require(String device) {
    if (device.startsWith(PREFIX)) {
      requireCuda(device);
      int count = CudaUtils.getGpuCount();
      if (count == 0) {
        throw new IllegalArgumentException(
            device
                + ": the CUDA runtime library (libcudart.so) is not found: add the folder that"
                + " contains it to JAVA_OPTS, as -Djna.library.path=FOLDER; see docs/gpu.md");
      } else if (Integer.parseInt(device.substring(PREFIX.length())) >= count) {
        throw new IllegalArgumentException(
            device + ": this machine has GPUs up to " + PREFIX + (count - 1));
      }
    }
  }

  private static void requireCuda(String device) {
    String version = Engine.getEngine("PyTorch").getVersion();
    if (!JniUtils.getFeatures().contains("CUDA")) {
      throw new IllegalArgumentException(
          device
              + ": LibTorch "
              + version
              + " sees no GPU: check nvidia-smi, and let PYTORCH_LIBRARY_PATH name the lib folder"
              + " of a PyTorch "
              + version
              + " for CUDA; see docs/gpu.md");
    }
  }
}
