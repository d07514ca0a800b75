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
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.CheckpointException;
import org.stfbatch.model.checkpoint.ClipVisionConfig;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.ExpectedTensors;
import org.stfbatch.model.checkpoint.FusionConfig;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.TensorSlice;

/** Hands a checkpoint's tensors to the module, by mapping its files wherever that is possible. */
final class WeightLoader {
  private static final int READ_BUFFER = 8 << 20;

  private final TorchModule module;
  private final ModelSettings settings;

  WeightLoader(TorchModule module, ModelSettings settings) {
    this.module = module;
    this.settings = settings;
  }

  /**
   * Loads a checkpoint, file by file in the order in which the tensors lie there: only one file is
   * mapped beside the copies that were made of others.
   */
  void load(LlavaCheckpoint checkpoint) {
    place();
    SortedMap<Path, List<TensorSlice>> files = new TreeMap<>();
    for (TensorSlice slice : checkpoint.tensors().values()) {
      files.computeIfAbsent(slice.file(), file -> new ArrayList<>()).add(slice);
    }
    files.forEach(
        (file, slices) -> {
          readAhead(file);
          slices.stream().sorted(Comparator.comparingLong(TensorSlice::offset)).forEach(this::add);
          module.call("unmap");
        });
    assemble(checkpoint.config());
  }

  /**
   * Random weights: matrices spread so that activations keep their size, norms of 1, biases of 0.
   */
  void draw(LlavaConfig config) {
    place();
    ExpectedTensors.of(config)
        .forEach(
            (name, shape) -> {
              long fanIn = shape.stream().skip(1).reduce(1L, (a, b) -> a * b);
              boolean norm = name.contains("norm") && name.endsWith("weight");
              double deviation = shape.size() < 2 ? 0 : 1 / Math.sqrt(fanIn);
              module.call("draw", name, longs(shape), norm ? 1.0 : 0.0, deviation);
            });
    assemble(config);
  }

  private void place() {
    module.call("place", settings.device(), settings.dtype().torchCode());
  }

  /**
   * Reads a file once from start to end. Touching a mapped file in the order of the tensors' names
   * would read it in small pieces at random places; afterwards the pages are in memory and the
   * mapping finds them there.
   */
  private static void readAhead(Path file) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BUFFER);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer.clear()) >= 0) {
        continue;
      }
    } catch (IOException e) {
      throw new CheckpointException("cannot read " + file + ": " + e.getMessage(), e);
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
    return longs(slice.shape());
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * A tensor that does not lie at a multiple of its element size cannot be mapped as one: it is
   * read instead.
   */
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
    long bytes = slice.dtype().bytes();
    for (long side : slice.shape()) {
      bytes *= side;
    }
    if (2 * bytes > Integer.MAX_VALUE) {
      throw new CheckpointException(
          "tensor "
              + slice.name()
              + " in "
              + slice.file()
              + " starts at the odd offset "
              + slice.offset()
              + " and is too large to be moved: save the checkpoint again with a current version of safetensors");
    }
    ByteBuffer data = Tensor.allocate(bytes);
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

  private void assemble(LlavaConfig config) {
    FusionConfig fusion = config.fusion();
    int blocks = fusion.hiddenStates().stream().mapToInt(Integer::intValue).max().orElseThrow();
    assembleVisionTower(config, blocks);
    module.call(
        "assemble_fusion",
        fusion.hiddenStates().stream().mapToLong(Integer::longValue).toArray(),
        fusion.multiBlock(),
        fusion.spatial().ordinal(),
        fusion.trailingGelu());
    LlamaConfig language = config.language();
    module.call(
        "assemble_language_model",
        language.numHiddenLayers(),
        language.numAttentionHeads(),
        language.numKeyValueHeads(),
        language.rmsNormEps(),
        language.ropeTheta(),
        language.maxPositionEmbeddings());
  }

  private void assembleVisionTower(LlavaConfig config, int blocks) {
    ClipVisionConfig vision = config.vision();
    module.call(
        "assemble_vision_tower",
        blocks,
        vision.numAttentionHeads(),
        vision.patchSize(),
        vision.layerNormEps(),
        vision.hiddenAct().equals("quick_gelu"),
        channels(config.image().mean()),
        channels(config.image().std()));
  }

  private static Tensor channels(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return Tensor.float32(floats, floats.length);
  }
}
