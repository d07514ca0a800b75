package org.stfbatch.model;

import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.stfbatch.model.TorchModule.Scope;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * LLaVA-STF, or LLaVA-1.5, as TorchScript with its weights on one device. Used only by the thread
 * that loaded it.
 */
public final class LlavaModel implements VisionLanguageModel {
  static final List<String> SOURCES =
      List.of(
          "llava",
          "clip",
          "fusion",
          "llama",
          "linear",
          "attention",
          "sampling",
          "training",
          "regions");

  /**
   * Attention looks at a multiple of this many positions, so that the order of its sums, and with
   * it the last bit of a float32 answer, depends on a sequence's own length as little as possible.
   */
  private static final int SPAN_STEP = 64;

  private final TorchModule module;
  private final LlavaConfig config;
  private final ModelSettings settings;
  private CacheShape shape = CacheShape.NONE;

  private LlavaModel(TorchModule module, LlavaConfig config, ModelSettings settings) {
    this.module = module;
    this.config = config;
    this.settings = settings;
  }

  /**
   * Loads a checkpoint. The calling thread owns the model from then on.
   *
   * <p>On the CPU weights exist once in memory. Those that need neither another dtype nor another
   * layout are mapped: they are the page cache of the checkpoint's files, which must therefore not
   * be changed while the model is open. In bfloat16, on processors that compute in it, matrices are
   * copied into the layout of the CPU's matrix kernels.
   */
  public static LlavaModel load(LlavaCheckpoint checkpoint, ModelSettings settings) {
    return assembled(checkpoint.config(), settings, loader -> loader.load(checkpoint));
  }

  /** A model of this shape with random weights, for measurements. The calling thread owns it. */
  public static LlavaModel random(LlavaConfig config, ModelSettings settings) {
    return assembled(config, settings, loader -> loader.draw(config));
  }

  private static LlavaModel assembled(
      LlavaConfig config, ModelSettings settings, Consumer<WeightLoader> weights) {
    TorchModule module = TorchModule.load(TorchArchive.of(SOURCES));
    try {
      weights.accept(new WeightLoader(module, settings));
      return new LlavaModel(module, config, settings);
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
    float[] tokens =
        module.call("encode_images", Scope::floats, PixelTensor.of(pixels, config.vision()));
    return new VisionTokens(tokens.length / width, width, tokens);
  }

  @Override
  public long bytesPerPosition() {
    LlamaConfig language = config.language();
    return 2L * language.numHiddenLayers() * language.keyValueSize() * settings.dtype().bytes();
  }

  @Override
  public long freeBytes() {
    return FreeMemory.bytes(settings.device());
  }

  @Override
  public void reserve(CacheShape wanted) {
    if (!wanted.equals(shape)) {
      module.call(
          "reserve",
          wanted.slots(),
          wanted.slotPositions(),
          wanted.shelves(),
          wanted.shelfPositions());
      shape = wanted;
    }
  }

  @Override
  public void fillShelves(List<TokenSpan> spans, int[] shelves, VisionTokens vision) {
    TokenTable tokens = TokenTable.of(Decoding.NONE, spans);
    module.call(
        "fill_shelves",
        tokens.tensor(),
        tensor(vision),
        Tensor.int64(shelves),
        Math.min(shape.shelfPositions(), roundUp(tokens.span())));
  }

  @Override
  public void copyShelf(int source, int[] targets, int length) {
    module.call("copy_shelf", source, longs(targets), length);
  }

  @Override
  public void takeFromShelves(int[] shelves, int[] slots, int[] lengths) {
    module.call("take_from_shelves", longs(shelves), longs(slots), longs(lengths));
  }

  @Override
  public void moveSlots(int[] sources, int[] targets, int[] lengths) {
    module.call("move_slots", longs(sources), longs(targets), longs(lengths));
  }

  @Override
  public int[] step(
      Decoding decoding, List<TokenSpan> prompts, VisionTokens vision, Choice choice) {
    TokenTable tokens = TokenTable.of(decoding, prompts);
    return module.call(
        "step",
        LlavaModel::ids,
        tokens.tensor(),
        tensor(vision),
        decoding.count(),
        Tensor.int64(lastTokens(decoding, prompts)),
        Math.min(shape.slotPositions(), roundUp(tokens.span())),
        Tensor.float32(choice.stacked(), choice.rows() == 0 ? 0 : 2, choice.rows()),
        Tensor.int64(choice.key()));
  }

  @Override
  public List<double[]> score(int firstSlot, List<BranchingPrompt> prompts, VisionTokens vision) {
    TokenTable tokens = TokenTable.of(prompts);
    ContinuationQueries queries = new ContinuationQueries(prompts);
    float[] found =
        module.call(
            "score",
            Scope::floats,
            tokens.tensor(),
            tensor(vision),
            firstSlot,
            prompts.size(),
            queries.last(),
            queries.queries(),
            Math.min(shape.slotPositions(), roundUp(tokens.span())));
    return queries.sums(found);
  }

  /** The logits [V] float32 after one prompt's last token. Uses slot 0. */
  public float[] logits(TokenSpan prompt, VisionTokens vision) {
    TokenTable tokens = TokenTable.of(Decoding.NONE, List.of(prompt));
    return module.call(
        "logits",
        Scope::floats,
        tokens.tensor(),
        tensor(vision),
        0,
        Tensor.int64(lastTokens(Decoding.NONE, List.of(prompt))),
        Math.min(shape.slotPositions(), roundUp(tokens.span())));
  }

  /** Which of the call's tokens are the last of their sequences. */
  private static int[] lastTokens(Decoding decoding, List<TokenSpan> prompts) {
    int[] last = new int[decoding.count() + prompts.size()];
    for (int i = 0; i < last.length; i++) {
      int length = i < decoding.count() ? 1 : prompts.get(i - decoding.count()).length();
      last[i] = (i == 0 ? -1 : last[i - 1]) + length;
    }
    return last;
  }

  private static Tensor tensor(VisionTokens vision) {
    return Tensor.float32(vision.data(), vision.rows(), vision.width());
  }

  private static int[] ids(Scope scope, IValue tensor) {
    return LongStream.of(scope.array(tensor).toLongArray()).mapToInt(Math::toIntExact).toArray();
  }

  private static long[] longs(int[] values) {
    return IntStream.of(values).asLongStream().toArray();
  }

  private static int roundUp(int count) {
    return Math.floorDiv(count + SPAN_STEP - 1, SPAN_STEP) * SPAN_STEP;
  }

  /**
   * What one picture becomes on its way, by name: {@code pixel_values} [3, S, S], {@code
   * hidden_select} and {@code hidden_N} [patches, d], {@code mbtf} [patches, C] if the model fuses
   * blocks, {@code vision_tokens} [n, H].
   */
  public Map<String, FloatTensor> traceImage(byte[] pixels) {
    List<FloatTensor> values =
        module.call(
            "trace_image",
            LlavaModel::tensorList,
            PixelTensor.of(List.of(pixels), config.vision()));
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
