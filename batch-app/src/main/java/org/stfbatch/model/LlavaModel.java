package org.stfbatch.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.stfbatch.model.TorchModule.Scope;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * LLaVA-STF, or LLaVA-1.5, as TorchScript with its weights on one device. Used only by the thread
 * that loaded it.
 */
public final class LlavaModel implements VisionLanguageModel {
  private static final List<String> SOURCES = List.of("llava", "clip", "fusion", "llama");

  /**
   * Attention looks at a multiple of this many positions, so that the order of its sums, and with
   * it the last bit of a float32 answer, depends on a sequence's own length as little as possible.
   */
  private static final int SPAN_STEP = 64;

  private final TorchModule module;
  private final LlavaConfig config;
  private int slots;
  private int positions;

  private LlavaModel(TorchModule module, LlavaConfig config) {
    this.module = module;
    this.config = config;
  }

  /**
   * Loads a checkpoint. The calling thread owns the model from then on.
   *
   * <p>On the CPU and with a dtype like the file's, weights are mapped, not read: they exist once
   * in memory, as the page cache of the checkpoint's files, which must therefore not be changed
   * while the model is open.
   */
  public static LlavaModel load(LlavaCheckpoint checkpoint, ModelSettings settings) {
    TorchModule module = TorchModule.load(TorchArchive.of(SOURCES));
    try {
      new WeightLoader(module, settings).load(checkpoint);
      return new LlavaModel(module, checkpoint.config());
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  @Override
  public LlavaConfig config() {
    return config;
  }

  @Override
  public VisionTokens encodeImages(List<byte[]> pixels) {
    int width = config.language().hiddenSize();
    float[] tokens = module.call("encode_images", Scope::floats, pixelTensor(pixels));
    return new VisionTokens(tokens.length / width, width, tokens);
  }

  private Tensor pixelTensor(List<byte[]> pixels) {
    int size = config.vision().imageSize();
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

  @Override
  public void reserve(int wantedSlots, int wantedPositions) {
    int newSlots = Math.max(slots, wantedSlots);
    int newPositions = Math.max(positions, roundUp(wantedPositions));
    if (newSlots > slots || newPositions > positions) {
      module.call("reserve", newSlots, newPositions);
      slots = newSlots;
      positions = newPositions;
    }
  }

  @Override
  public NextTokens prefill(PromptBatch batch, VisionTokens vision, boolean withLogits) {
    return module.call(
        "prefill",
        (scope, result) -> nextTokens(scope, result, withLogits),
        Tensor.int64(batch.tokenIds()),
        Tensor.int64(batch.visionIndices()),
        Tensor.float32(vision.data(), vision.rows(), vision.width()),
        Tensor.int64(batch.slots()),
        Tensor.int64(batch.lengths()));
  }

  @Override
  public NextTokens decode(int[] tokenIds, int[] at, boolean withLogits) {
    int longest = 0;
    for (int position : at) {
      longest = Math.max(longest, position + 1);
    }
    return module.call(
        "decode",
        (scope, result) -> nextTokens(scope, result, withLogits),
        Tensor.int64(tokenIds),
        Tensor.int64(at),
        Math.min(positions, roundUp(longest)));
  }

  private static int roundUp(int count) {
    return Math.floorDiv(count + SPAN_STEP - 1, SPAN_STEP) * SPAN_STEP;
  }

  private NextTokens nextTokens(Scope scope, IValue result, boolean withLogits) {
    IValue[] tuple = result.toIValueTuple();
    try (IValue logits = tuple[0];
        IValue argmax = tuple[1]) {
      int[] ids =
          LongStream.of(scope.array(argmax).toLongArray()).mapToInt(Math::toIntExact).toArray();
      float[] values = withLogits ? scope.floats(logits) : new float[0];
      return new NextTokens(ids, config.language().vocabSize(), values);
    }
  }

  /**
   * What one picture becomes on its way, by name: {@code pixel_values} [3, S, S], {@code
   * hidden_select} and {@code hidden_N} [patches, d], {@code mbtf} [patches, C] if the model fuses
   * blocks, {@code vision_tokens} [n, H].
   */
  public Map<String, FloatTensor> traceImage(byte[] pixels) {
    List<FloatTensor> values =
        module.call("trace_image", LlavaModel::tensorList, pixelTensor(List.of(pixels)));
    List<Integer> taps = config.fusion().hiddenStates();
    Map<String, FloatTensor> trace = new LinkedHashMap<>();
    trace.put("pixel_values", values.get(0));
    for (int i = 0; i < taps.size(); i++) {
      trace.put(i == 0 ? "hidden_select" : "hidden_" + taps.get(i), values.get(1 + i));
    }
    if (config.fusion().multiBlock()) {
      trace.put("mbtf", values.get(values.size() - 2));
    }
    trace.put("vision_tokens", values.get(values.size() - 1));
    return trace;
  }

  private static List<FloatTensor> tensorList(Scope scope, IValue list) {
    List<FloatTensor> tensors = new ArrayList<>();
    for (IValue value : list.toIValueArray()) {
      try (value) {
        var array = scope.array(value);
        tensors.add(
            new FloatTensor(
                LongStream.of(array.getShape().getShape()).boxed().toList(), array.toFloatArray()));
      }
    }
    return tensors;
  }

  @Override
  public void close() {
    module.close();
  }
}
