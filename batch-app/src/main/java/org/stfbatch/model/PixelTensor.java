package org.stfbatch.model;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.List;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.ClipVisionConfig;

/** Images as the module's input: [B, 3, S, S] uint8. */
final class PixelTensor {
  private PixelTensor() {}

  /**
   * @param pixels [3, S, S] uint8 each, planar
   */
  static Tensor of(List<byte[]> pixels, ClipVisionConfig vision) {
    int size = vision.imageSize();
    int bytes = 3 * size * size;
    ByteBuffer data = Tensor.allocate((long) bytes * pixels.size());
    for (byte[] picture : pixels) {
      if (picture.length != bytes) {
        throw new IllegalArgumentException(
            "a picture has " + picture.length + " bytes instead of 3 x " + size + " x " + size);
      }
      data.put(picture);
    }
    return new Tensor(data.flip(), DataType.UINT8, pixels.size(), 3, size, size);
  }
}
