package org.stfbatch.model.checkpoint;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** The recorded checkpoints, and the values of their tensor slices. */
final class RecordedCheckpoints {

  private RecordedCheckpoints() {}

  static Path folder(String name) {
    return root().resolve("checkpoints").resolve(name);
  }

  private static Path root() {
    String given = System.getProperty("stfbatch.golden");
    if (given != null) {
      return Path.of(given);
    }
    try {
      return Path.of(RecordedCheckpoints.class.getResource("/golden/MANIFEST.json").toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Copies a recorded folder into another one under the same name, for modification. */
  static Path copy(String name, Path parent) throws IOException {
    Path copy = Files.createDirectories(parent.resolve(name));
    List<Path> files;
    try (Stream<Path> list = Files.list(folder(name))) {
      files = list.toList();
    }
    for (Path file : files) {
      Path target = copy.resolve(file.getFileName().toString());
      Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
      target.toFile().setWritable(true);
    }
    return copy;
  }

  static float[] values(TensorSlice tensor) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(tensor.byteLength())).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(tensor.file())) {
      channel.read(bytes, tensor.offset());
    }
    bytes.flip();
    float[] values = new float[(int) tensor.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (tensor.dtype()) {
            case FLOAT32 -> bytes.getFloat();
            case FLOAT16 -> half(bytes.getShort());
            case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort() << 16);
            default -> throw new IllegalArgumentException(tensor.toString());
          };
    }
    return values;
  }

  private static float half(short bits) {
    int exponent = bits >> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    float magnitude =
        exponent == 0
            ? Math.scalb((float) fraction, -24)
            : Math.scalb((float) (0x400 + fraction), exponent - 25);
    return bits < 0 ? -magnitude : magnitude;
  }
}
