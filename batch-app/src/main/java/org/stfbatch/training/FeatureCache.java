package org.stfbatch.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.stfbatch.model.checkpoint.Bfloat16;
import org.stfbatch.model.checkpoint.DType;

/**
 * File cache of image features, stored one image after the other. It is filled once and then
 * memory-mapped. After an interruption, filling continues after the last complete image.
 */
final class FeatureCache {
  private static final String UNFINISHED = ".part";

  private final Path file;
  private final Path part;
  private final DType dtype;
  private final int pictures;
  private final int numbers;

  /**
   * @param file its name must identify everything that determines the content: a file with this
   *     name is used without a check
   * @param dtype FLOAT32 or BFLOAT16
   * @param pictures number of images
   * @param numbers values per image
   */
  FeatureCache(Path file, DType dtype, int pictures, int numbers) {
    this.file = file;
    this.part = file.resolveSibling(file.getFileName() + UNFINISHED);
    this.dtype = dtype;
    this.pictures = pictures;
    this.numbers = numbers;
  }

  Path file() {
    return file;
  }

  /** Returns how many images are stored; they are the first ones. */
  int done() {
    try {
      if (Files.exists(file)) {
        return pictures;
      }
      return Files.exists(part) ? (int) (Files.size(part) / pictureBytes()) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long pictureBytes() {
    return (long) numbers * dtype.bytes();
  }

  /** Appends the features of the next images; the last one completes the cache. */
  void append(List<float[]> features) throws IOException {
    Files.createDirectories(file.getParent());
    int done = done();
    try (FileChannel out =
        FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      out.truncate(done * pictureBytes());
      out.position(done * pictureBytes());
      for (float[] picture : features) {
        write(out, picture);
      }
      if (done + features.size() == pictures) {
        out.force(true);
      }
    }
    if (done + features.size() == pictures) {
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private void write(FileChannel out, float[] picture) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(pictureBytes())).order(ByteOrder.LITTLE_ENDIAN);
    if (dtype == DType.FLOAT32) {
      bytes.asFloatBuffer().put(picture);
    } else {
      for (float value : picture) {
        bytes.putShort(Bfloat16.of(value));
      }
      bytes.flip();
    }
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
