package org.stfbatch.model;

import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.stfbatch.base.Threads;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.CheckpointException;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.TensorNames;
import org.stfbatch.model.checkpoint.TensorSlice;

/**
 * Passes a checkpoint's tensors to the module as memory-mapped files. Another thread reads each
 * file once from start to end, because page faults of tensor accesses would read it in small pieces
 * at random places.
 */
final class CheckpointMapper implements AutoCloseable {
  private static final int READ_BUFFER = 8 << 20;

  private final TorchModule module;
  private final List<TensorSlice> slices;
  private final Map<Path, CompletableFuture<Void>> read = new LinkedHashMap<>();
  private final Thread reader;
  private volatile boolean closed;

  CheckpointMapper(TorchModule module, Collection<TensorSlice> tensors) {
    this.module = module;
    this.slices = new ArrayList<>(tensors);
    slices.sort(Comparator.comparing(TensorSlice::file).thenComparing(TensorSlice::offset));
    // The order in which the loader asks for them: vision tower, projectors, then the language
    // model's files.
    slices.stream()
        .sorted(Comparator.comparing(slice -> !TensorNames.isVisionTower(slice.name())))
        .forEach(slice -> read.computeIfAbsent(slice.file(), file -> new CompletableFuture<>()));
    reader = Threads.daemon("checkpoint-reader", () -> read.forEach(this::readThrough));
    reader.start();
  }

  private void readThrough(Path file, CompletableFuture<Void> done) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BUFFER);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      int count = 0;
      while (count >= 0 && !closed) {
        count = channel.read(buffer.clear());
      }
      done.complete(null);
    } catch (IOException e) {
      done.completeExceptionally(
          new CheckpointException("cannot read " + file + ": " + e.getMessage(), e));
    }
  }

  /** Adds the tensors whose names match, after their files have been read. */
  void map(Predicate<String> names) {
    for (TensorSlice slice : slices) {
      if (names.test(slice.name())) {
        await(slice.file());
        add(slice);
      }
    }
  }

  private void await(Path file) {
    try {
      read.get(file).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof CheckpointException cause ? cause : e;
    }
  }

  private void add(TensorSlice slice) {
    int bytes = slice.dtype().bytes();
    if (slice.offset() % bytes == 0) {
      module.call(
          "map",
          slice.name(),
          slice.file().toString(),
          size(slice.file()) / bytes,
          slice.dtype().torchCode(),
          slice.offset() / bytes,
          shape(slice));
    } else {
      module.call("put", slice.name(), unaligned(slice));
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long[] shape(TensorSlice slice) {
    return slice.shape().stream().mapToLong(Long::longValue).toArray();
  }

  /** Reads a tensor whose offset is not a multiple of its element size, which cannot be mapped. */
  private static Tensor unaligned(TensorSlice slice) {
    ByteBuffer raw = read(slice);
    if (slice.dtype() == DType.BFLOAT16) {
      ByteBuffer widened = Tensor.allocate(2L * raw.remaining());
      while (raw.hasRemaining()) {
        widened.putInt(raw.getShort() << 16);
      }
      return new Tensor(widened.flip(), DataType.FLOAT32, shape(slice));
    }
    DataType type = slice.dtype() == DType.FLOAT16 ? DataType.FLOAT16 : DataType.FLOAT32;
    return new Tensor(raw, type, shape(slice));
  }

  private static ByteBuffer read(TensorSlice slice) {
    ByteBuffer data = Tensor.allocate(slice.byteLength());
    try (FileChannel channel = FileChannel.open(slice.file(), StandardOpenOption.READ)) {
      while (data.hasRemaining()) {
        if (channel.read(data, slice.offset() + data.position()) < 0) {
          throw new CheckpointException(
              "tensor " + slice.name() + " reaches beyond the end of " + slice.file());
        }
      }
    } catch (IOException e) {
      throw new CheckpointException("cannot read " + slice.file() + ": " + e.getMessage(), e);
    }
    return data.flip();
  }

  /** Stops the reading thread. */
  @Override
  public void close() {
    closed = true;
    Threads.awaitEnd(List.of(reader));
  }
}
