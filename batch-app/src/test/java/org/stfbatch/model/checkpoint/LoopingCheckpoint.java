package org.stfbatch.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A copy of a float32 checkpoint that generates a cycle of tokens without an end. The output
 * matrices of attention and of the MLP are zero, so that the last hidden state is the normalized
 * embedding of the last token. The row of the output layer for a token is the direction of the
 * embedding of the token before it.
 */
public final class LoopingCheckpoint {
  private static final float SHARPNESS = 4;

  private LoopingCheckpoint() {}

  /**
   * @param tower the vision tower of the checkpoint
   * @param start the last token of prompts, after which the cycle begins
   * @param cycle distinct tokens
   */
  public static Path write(Path source, Path tower, Path folder, int start, int... cycle)
      throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    LlavaCheckpoint copy = LlavaCheckpoint.open(folder, Optional.of(tower));
    for (TensorSlice slice : copy.tensors().values()) {
      if (slice.name().matches(".*(o_proj|down_proj|lm_head)\\.weight")) {
        fill(slice, 0);
      } else if (slice.name().equals("model.norm.weight")) {
        fill(slice, 1);
      }
    }
    TensorSlice embedding = copy.tensors().get("model.embed_tokens.weight");
    TensorSlice head = copy.tensors().get("lm_head.weight");
    for (int i = 0; i < cycle.length; i++) {
      follow(embedding, head, cycle[i], cycle[(i + 1) % cycle.length]);
    }
    follow(embedding, head, start, cycle[0]);
    return folder;
  }

  /** Makes one token the most probable one after another. */
  private static void follow(TensorSlice embedding, TensorSlice head, int token, int next)
      throws IOException {
    float[] direction = row(embedding, token);
    double length = 0;
    for (float value : direction) {
      length += (double) value * value;
    }
    float[] sum = row(head, next);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += (float) (SHARPNESS * direction[i] / Math.sqrt(length));
    }
    write(head, (long) next * sum.length, sum);
  }

  private static void fill(TensorSlice slice, float value) throws IOException {
    float[] values = new float[Math.toIntExact(slice.elementCount())];
    Arrays.fill(values, value);
    write(slice, 0, values);
  }

  private static float[] row(TensorSlice matrix, int row) throws IOException {
    int width = matrix.shape().get(1).intValue();
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * width).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel file = FileChannel.open(matrix.file())) {
      file.read(bytes, matrix.offset() + (long) Float.BYTES * row * width);
    }
    float[] values = new float[width];
    bytes.flip().asFloatBuffer().get(values);
    return values;
  }

  private static void write(TensorSlice slice, long first, float[] values) throws IOException {
    if (slice.dtype() != DType.FLOAT32) {
      throw new IOException(slice.name() + " is not float32");
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    try (FileChannel file = FileChannel.open(slice.file(), StandardOpenOption.WRITE)) {
      file.write(bytes, slice.offset() + Float.BYTES * first);
    }
  }
}
