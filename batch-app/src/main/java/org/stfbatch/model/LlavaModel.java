package org.stfbatch.model;

import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.stfbatch.compression.Yopo;
import org.stfbatch.model.TorchModule.Scope;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * LLaVA-STF, or LLaVA-1.5, as TorchScript with its weights on one device. Used only by the thread
 * that loaded it.
 */
public final class LlavaModel implements VisionLanguageModel {
  /** The TorchScript file of the root module. */
  static final String ROOT = "llava";

  /**
   * Attention reads a multiple of this many positions, so that the order of its sums, and therefore
   * the last bit of a float32 answer, depends on a sequence's own length as little as possible.
   */
  private static final int SPAN_STEP = 64;

  /** The same for slots without prefixes, which are short. */
  private static final int OWN_SPAN_STEP = 32;

  /**
   * In bfloat16 on the CPU, oneDNN's products copy keys and values unless they take all of them.
   * Attention therefore reads all cache positions, unless more than this fraction of them is
   * unused.
   */
  private static final double SPARE = 0.5;

  private final TorchModule module;
  private final LlavaConfig config;
  private final ModelSettings settings;
  private final Optional<ImagePruning> pruning;
  private CacheShape shape = CacheShape.NONE;

  /**
   * False after a failed reservation: some layers may have the new shape and others the old one.
   */
  private boolean isReserved = true;

  private LlavaModel(
      TorchModule module,
      LlavaConfig config,
      ModelSettings settings,
      Optional<ImagePruning> pruning) {
    this.module = module;
    this.config = config;
    this.settings = settings;
    this.pruning = pruning;
  }

  /**
   * Loads a checkpoint. The calling thread owns the model from then on.
   *
   * <p>On the CPU, weights exist only once in memory. Weights that need no conversion of dtype or
   * layout are mapped: they are the page cache of the checkpoint's files, which must therefore not
   * change while the model is open. In bfloat16, on processors with native support, matrices are
   * copied into the layout of the CPU's matrix kernels.
   *
   * @throws IllegalArgumentException if the compression strategy is undefined for the checkpoint,
   *     or the device is a GPU that cannot be used
   */
  public static LlavaModel load(LlavaCheckpoint checkpoint, ModelSettings settings) {
    return assembled(checkpoint.config(), settings, loader -> loader.load(checkpoint));
  }

  /**
   * Creates a model of this shape with random weights, for measurements. The calling thread owns
   * it.
   */
  public static LlavaModel random(LlavaConfig config, ModelSettings settings) {
    return assembled(config, settings, loader -> loader.draw(config));
  }

  private static LlavaModel assembled(
      LlavaConfig config, ModelSettings settings, Consumer<WeightLoader> weights) {
    settings.compression().check(config.shape());
    CudaDevice.require(settings.device());
    TorchModule module = TorchModule.load(TorchArchive.of(ROOT));
    try {
      if (settings.compression() instanceof Yopo yopo) {
        VisionReduction.of(yopo, config.shape()).apply(module);
      }
      weights.accept(new WeightLoader(module, settings));
      if (isReducedOnCpu(settings)) {
        KeyOrder.choose(module);
      }
      Optional<ImagePruning> pruning = ImagePruning.of(settings.compression(), config);
      pruning.ifPresent(
          images -> module.call("prune", images.layer(), images.keep(), images.stride()));
      return new LlavaModel(module, config, settings, pruning);
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  private static boolean isReducedOnCpu(ModelSettings settings) {
    return settings.device().equals("cpu") && settings.dtype() == DType.BFLOAT16;
  }

  @Override
  public LlavaConfig config() {
    return config;
  }

  @Override
  public OptionalInt tokensPerImage() {
    return settings.compression().visionTokens(config.shape());
  }

  @Override
  public VisionTokens encodeImages(List<byte[]> pixels) {
    return module.call(
        "encode_images", this::visionTokens, PixelTensor.of(pixels, config.vision()));
  }

  private VisionTokens visionTokens(Scope scope, IValue result) {
    IValue[] parts = result.toIValueTuple();
    try (IValue tokens = parts[0];
        IValue counts = parts[1]) {
      return new VisionTokens(
          ids(scope, counts), config.language().hiddenSize(), scope.floats(tokens));
    }
  }

  @Override
  public void fuseImages(List<byte[]> pixels, int[] entries) {
    module.call("fuse_images", PixelTensor.of(pixels, config.vision()), longs(entries));
  }

  @Override
  public VisionTokens fusePrompts(List<int[]> prompts, int[] entries) {
    int[] ids = prompts.stream().flatMapToInt(IntStream::of).toArray();
    long[] lengths = prompts.stream().mapToLong(prompt -> prompt.length).toArray();
    long[] markers = prompts.stream().mapToLong(LlavaModel::marker).toArray();
    int tokens = config.visionTokens();
    int[] counts =
        IntStream.range(0, prompts.size())
            .map(i -> (int) lengths[i] + (markers[i] < 0 ? 0 : tokens - 1))
            .toArray();
    float[] rows =
        module.call(
            "fuse_prompts", Scope::floats, Tensor.int64(ids), lengths, markers, longs(entries));
    return new VisionTokens(counts, config.language().hiddenSize(), rows);
  }

  /** Returns the index of a prompt's image marker, the only negative id; -1 without one. */
  private static int marker(int[] prompt) {
    return IntStream.range(0, prompt.length).filter(i -> prompt[i] < 0).findFirst().orElse(-1);
  }

  @Override
  public Optional<ImagePruning> pruning() {
    return pruning;
  }

  @Override
  public CacheCost cacheCost() {
    LlamaConfig language = config.language();
    int bytes = settings.dtype().bytes();
    long layer = 2L * language.keyValueSize() * bytes;
    int layers = language.numHiddenLayers();
    return pruning
        .map(
            images ->
                new CacheCost(
                    layer * images.layer(),
                    layer * (layers - images.layer()),
                    images.keep() == 0 ? 0 : (long) language.hiddenSize() * bytes))
        .orElseGet(() -> new CacheCost(layer * layers, 0, 0));
  }

  /**
   * Whether prefixes are read in place: on the CPU in bfloat16, where the same products are
   * computed with and without sharing. Float32 answers must be bit-identical with and without
   * sharing, so there prefixes are copied.
   */
  @Override
  public boolean readsPrefixesInPlace() {
    return isReducedOnCpu(settings) && pruning.isEmpty();
  }

  @Override
  public long freeBytes() {
    return FreeMemory.bytes(settings.device());
  }

  @Override
  public void reserve(CacheShape wanted) {
    if (!isReserved || !wanted.equals(shape)) {
      isReserved = false;
      module.call(
          "reserve",
          wanted.slots(),
          longs(wanted.slot()),
          wanted.prefixes(),
          longs(wanted.prefix()),
          wanted.imageTokens());
      shape = wanted;
      isReserved = true;
    }
  }

  @Override
  public void fillPrefixes(List<TokenSpan> spans, int[] entries, VisionTokens vision) {
    PackedTokens tokens = PackedTokens.of(Decoding.NONE, spans);
    module.call(
        "fill_prefixes",
        tokens.tensor(),
        tensor(vision),
        Tensor.int64(entries),
        span(tokens.span(), shape.prefix().full()));
  }

  @Override
  public void copyPrefix(int source, int[] targets, int length) {
    module.call("copy_prefix", source, longs(targets), length);
  }

  @Override
  public void copyPrefixesToSlots(int[] entries, int[] slots, List<CacheLength> lengths) {
    module.call(
        "copy_prefixes_to_slots", longs(entries), longs(slots), full(lengths), pruned(lengths));
  }

  @Override
  public void moveSlots(int[] sources, int[] targets, List<CacheLength> lengths) {
    module.call("move_slots", longs(sources), longs(targets), full(lengths), pruned(lengths));
  }

  private static long[] full(List<CacheLength> lengths) {
    return lengths.stream().mapToLong(CacheLength::full).toArray();
  }

  private static long[] pruned(List<CacheLength> lengths) {
    return lengths.stream().mapToLong(CacheLength::pruned).toArray();
  }

  private static long[] longs(CacheLength length) {
    return new long[] {length.full(), length.pruned()};
  }

  @Override
  public void eraseSlot(int slot) {
    module.call("erase_slot", slot);
  }

  @Override
  public void erasePrefix(int entry) {
    module.call("erase_prefix", entry);
  }

  @Override
  public int[] step(
      Decoding decoding, List<TokenSpan> prompts, VisionTokens vision, Sampling sampling) {
    PackedTokens tokens = PackedTokens.of(decoding, prompts);
    PruningTable pruned = PruningTable.of(pruning, decoding, prompts);
    List<CachedPrefix> prefixes = new ArrayList<>(decoding.prefixes());
    prompts.forEach(prompt -> prefixes.add(prompt.prefix()));
    return module.call(
        "step",
        LlavaModel::ids,
        tokens.tensor(),
        tensor(vision),
        decoding.count(),
        Tensor.int64(lastTokens(decoding, pruned.lastOfPrompts())),
        slotSpan(tokens),
        entries(prefixes),
        prefixLengths(prefixes),
        pruned.images(),
        pruned.remaining(),
        prunedSpan(pruned),
        Tensor.float32(sampling.stacked(), sampling.rows() == 0 ? 0 : 2, sampling.rows()),
        Tensor.int64(sampling.key()),
        sampling.penalties().factors(),
        sampling.penalties().seen(),
        sampling.penalties().banned());
  }

  @Override
  public List<double[]> score(int firstSlot, List<BranchingPrompt> prompts, VisionTokens vision) {
    PackedTokens tokens = PackedTokens.of(prompts);
    PruningTable pruned = PruningTable.of(pruning, firstSlot, prompts);
    ContinuationQueries queries = new ContinuationQueries(prompts, pruned.lastOfPrompts());
    List<CachedPrefix> prefixes = prompts.stream().map(prompt -> prompt.end().prefix()).toList();
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
            slotSpan(tokens),
            entries(prefixes),
            prefixLengths(prefixes),
            pruned.images(),
            pruned.remaining(),
            prunedSpan(pruned));
    return queries.sums(found);
  }

  /** Returns the logits [V] float32 after one prompt's last token. Uses slot 0. */
  public float[] logits(TokenSpan prompt, VisionTokens vision) {
    return ofLastToken("logits", prompt, vision);
  }

  /**
   * Returns the hidden states of one prompt's last token after each layer of the language model
   * and, as the last row, after the last norm: [layers + 1, H] float32. Uses slot 0.
   */
  public FloatTensor lastStates(TokenSpan prompt, VisionTokens vision) {
    LlamaConfig language = config.language();
    return new FloatTensor(
        List.of(language.numHiddenLayers() + 1L, (long) language.hiddenSize()),
        ofLastToken("last_states", prompt, vision));
  }

  private float[] ofLastToken(String method, TokenSpan prompt, VisionTokens vision) {
    PackedTokens tokens = PackedTokens.of(Decoding.NONE, List.of(prompt));
    PruningTable pruned = PruningTable.of(pruning, Decoding.NONE, List.of(prompt));
    return module.call(
        method,
        Scope::floats,
        tokens.tensor(),
        tensor(vision),
        0,
        Tensor.int64(pruned.lastOfPrompts()),
        slotSpan(tokens),
        entries(List.of(prompt.prefix())),
        prefixLengths(List.of(prompt.prefix())),
        pruned.images(),
        pruned.remaining(),
        prunedSpan(pruned));
  }

  /**
   * Returns the indices of the last token of each sequence among the tokens that pass all layers.
   */
  private static int[] lastTokens(Decoding decoding, int[] lastOfPrompts) {
    return IntStream.concat(IntStream.range(0, decoding.count()), IntStream.of(lastOfPrompts))
        .toArray();
  }

  private static long[] entries(List<CachedPrefix> prefixes) {
    return prefixes.stream().mapToLong(CachedPrefix::entry).toArray();
  }

  private static long[] prefixLengths(List<CachedPrefix> prefixes) {
    return prefixes.stream().mapToLong(CachedPrefix::length).toArray();
  }

  private int slotSpan(PackedTokens tokens) {
    return span(tokens.span(), shape.slot().full());
  }

  private int prunedSpan(PruningTable pruned) {
    return span(pruned.span(), shape.slot().pruned());
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

  /**
   * Returns the number of positions of a cache entry that attention reads.
   *
   * @param seen number of positions that queries may attend to, the first ones
   * @param room capacity of the entry
   */
  private int span(int seen, int room) {
    if (isReducedOnCpu(settings) && seen > SPARE * room) {
      return room;
    }
    int step = readsPrefixesInPlace() ? OWN_SPAN_STEP : SPAN_STEP;
    return Math.min(room, Math.floorDiv(seen + step - 1, step) * step);
  }

  /**
   * Returns the intermediate tensors of one image of LLaVA-Mini, which stays in entry 0 of {@link
   * #fuseImages}: {@code pixel_values} [parts, 3, S, S], {@code hidden_select} [parts * patches,
   * d], {@code compressed_features} [n, d], and {@code vision_tokens} [n, H] after pre-fusion.
   */
  public Trace traceFusedImage(byte[] pixels) {
    return module.call(
        "trace_fused_image",
        (scope, list) -> {
          Iterator<FloatTensor> values = tensorList(scope, list).iterator();
          Map<String, FloatTensor> named = new LinkedHashMap<>();
          for (String name :
              List.of("pixel_values", "hidden_select", "compressed_features", "vision_tokens")) {
            named.put(name, values.next());
          }
          return new Trace(named, Optional.empty());
        },
        PixelTensor.of(List.of(pixels), config.vision()));
  }

  /**
   * Returns the intermediate tensors of one image, by name: {@code pixel_values} [3, S, S], {@code
   * hidden_select} and {@code hidden_N} [patches, d], {@code mbtf} [patches, C] if the model fuses
   * blocks, {@code vision_tokens} [n, H], and {@code score} [patches] if compression selected
   * patches by a score.
   */
  public Trace traceImage(byte[] pixels) {
    return module.call(
        "trace_image", this::trace, PixelTensor.of(List.of(pixels), config.vision()));
  }

  private Trace trace(Scope scope, IValue result) {
    IValue[] parts = result.toIValueTuple();
    try (IValue tensors = parts[0];
        IValue kept = parts[1]) {
      Map<String, FloatTensor> named = named(tensorList(scope, tensors).iterator());
      return new Trace(
          named, named.containsKey("score") ? Optional.of(ids(scope, kept)) : Optional.empty());
    }
  }

  /** Names the values in the order in which the module returns them. */
  private Map<String, FloatTensor> named(Iterator<FloatTensor> values) {
    Map<String, FloatTensor> named = new LinkedHashMap<>();
    int selected = config.fusion().selectedState();
    named.put("pixel_values", values.next());
    for (int state : config.fusion().hiddenStates()) {
      named.put(state == selected ? "hidden_select" : "hidden_" + state, values.next());
    }
    FloatTensor fused = values.next();
    if (config.fusion().multiBlock()) {
      named.put("mbtf", fused);
    }
    named.put("vision_tokens", values.next());
    if (values.hasNext()) {
      named.put("score", values.next());
    }
    return named;
  }

  /**
   * Returns how the first image of the last call was pruned; valid only after a call with pruning.
   */
  public PrunedImage tracePruning() {
    return module.call(
        "pruning_trace",
        (scope, list) -> {
          IValue[] values = list.toIValueArray();
          try (IValue kept = values[0];
              IValue score = values[1]) {
            return new PrunedImage(ids(scope, kept), scope.array(score).toFloatArray());
          }
        });
  }

  /**
   * Returns the pooled tokens [m, H] of the first image of the last call, as they entered the layer
   * from which on they replace the image's; valid only after a call with pooling.
   */
  public FloatTensor tracePooling() {
    return module.call("pooling_trace", LlavaModel::tensor);
  }

  /**
   * Returns the vision tokens [n, H] of the last call as they entered the first layer without
   * values of them; valid only after a call with YOPO and an image, if there is such a layer.
   */
  public FloatTensor traceReduction() {
    return module.call("reduction_trace", LlavaModel::tensor);
  }

  private static FloatTensor tensor(Scope scope, IValue value) {
    var array = scope.array(value);
    return new FloatTensor(
        LongStream.of(array.getShape().getShape()).boxed().toList(), array.toFloatArray());
  }

  private static List<FloatTensor> tensorList(Scope scope, IValue list) {
    List<FloatTensor> tensors = new ArrayList<>();
    for (IValue value : list.toIValueArray()) {
      try (value) {
        tensors.add(tensor(scope, value));
      }
    }
    return tensors;
  }

  @Override
  public void close() {
    module.close();
  }
}
