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
   * @param pixels [3, S, S] uint8 each, planar, or several of these one after the other
   */
  static Tensor of(List<byte[]> pixels, ClipVisionConfig vision) {
    int size = vision.imageSize();
    int bytes = 3 * size * size;
    long all = pixels.stream().mapToLong(picture -> picture.length).sum();
    ByteBuffer data = Tensor.allocate(all);
    for (byte[] picture : pixels) {
      if (picture.length == 0 || picture.length % bytes != 0) {
        throw new IllegalArgumentException(
            "a picture has " + picture.length + " bytes instead of 3 x " + size + " x " + size);
      }
      data.put(picture);
    }
    return new Tensor(data.flip(), DataType.UINT8, all / bytes, 3, size, size);
  }
}
