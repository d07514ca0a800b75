package org.stfbatch.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * LLaVA-Mini (Zhang et al. 2025, arXiv:2501.03895): a compressor that turns an image's patches into
 * a few tokens, and Llama layers that fuse patches, tokens and text before the language model.
 *
 * @param compressorSize C: an image becomes C x C tokens
 * @param prefusionLayers number of layers before the language model
 * @param resolutionRatio N: if it is more than 1, an image is seen as N x N parts and as a whole
 */
public record LlavaMini(int compressorSize, int prefusionLayers, int resolutionRatio) {
  /** Its name in {@code model_type}. */
  static final String MODEL_TYPE = "llava_mini_llama";

  /** Number of attention heads of the compressor, whatever its width. */
  private static final int HEADS = 8;

  private static final String QUERY = TensorNames.COMPRESSOR + "query";
  private static final String POSITIONS = TensorNames.COMPRESSOR + "pos_embed";
  private static final String ATTENTION = TensorNames.COMPRESSOR + "attn.";
  private static final String STACKED = ATTENTION + "in_proj_weight";

  /**
   * What {@code config.json} says; 0 where it says nothing.
   *
   * @param isNamed whether {@code model_type} is LLaVA-Mini's
   */
  record Settings(boolean isNamed, int compressorSize, int prefusionLayers, int resolutionRatio) {
    static Settings read(JsonSettings json) {
      return new Settings(
          json.text("model_type").filter(MODEL_TYPE::equals).isPresent(),
          json.positiveInt("compressor_size", 0),
          json.layerCount("prefusion_layer_num", 0),
          json.positiveInt("resolution_ratio", 0));
    }

    private boolean isAny() {
      return isNamed || compressorSize > 0 || prefusionLayers > 0;
    }
  }

  /** The ratio of the authors' class where a checkpoint names none. */
  private static final int DEFAULT_RATIO = 2;

  static boolean isIn(Map<String, TensorSlice> tensors, Settings settings) {
    return settings.isAny() || tensors.keySet().stream().anyMatch(LlavaMini::isTensor);
  }

  /**
   * Derives the sizes from tensors and settings.
   *
   * @param width channels of a block of CLIP
   * @throws CheckpointException naming the tensor or setting that contradicts the others
   */
  static LlavaMini detect(Map<String, TensorSlice> tensors, Settings settings, int width) {
    int size = compressorSize(tensors, settings);
    int layers = layers(tensors);
    requireNoGap(tensors, layers);
    if (settings.prefusionLayers() > 0 && settings.prefusionLayers() != layers) {
      throw new CheckpointException(
          "the setting prefusion_layer_num is %d, but there are tensors '%s*' of %d layers: correct the setting, or add the missing files"
              .formatted(settings.prefusionLayers(), TensorNames.PREFUSION, layers));
    }
    if (width % HEADS != 0) {
      throw new CheckpointException(
          "LLaVA-Mini's compressor has %d heads, which do not divide the vision tower's width %d: use another tower"
              .formatted(HEADS, width));
    }
    int ratio = settings.resolutionRatio() > 0 ? settings.resolutionRatio() : DEFAULT_RATIO;
    return new LlavaMini(size, layers, ratio);
  }

  private static int compressorSize(Map<String, TensorSlice> tensors, Settings settings) {
    TensorSlice query = tensors.get(QUERY);
    if (query == null) {
      throw new CheckpointException(
          "tensor '%s' is missing, though other tensors or settings are LLaVA-Mini's: add the file that holds it, or remove the other tensors and the settings compressor_size and prefusion_layer_num, and set model_type to llava_llama"
              .formatted(QUERY));
    }
    long rows = query.shape().get(0);
    int size = (int) Math.round(Math.sqrt(rows));
    if ((long) size * size != rows || size == 0) {
      throw new CheckpointException(
          "tensor '%s' has shape %s; expected a square number of rows, compressor_size * compressor_size"
              .formatted(QUERY, query.shape()));
    }
    if (settings.compressorSize() > 0 && settings.compressorSize() != size) {
      throw new CheckpointException(
          "the setting compressor_size is %d, but tensor '%s' has %d rows, %d x %d: correct the setting"
              .formatted(settings.compressorSize(), QUERY, rows, size, size));
    }
    return size;
  }

  private static int layers(Map<String, TensorSlice> tensors) {
    int count = 0;
    while (hasLayer(tensors, count)) {
      count++;
    }
    if (count == 0) {
      throw new CheckpointException(
          "tensor '%sinput_layernorm.weight' is missing: LLaVA-Mini has at least one layer before the language model, numbered from 0; add the file that holds it, or remove the tensors '%s*' for another form of token fusion"
              .formatted(TensorNames.prefusionLayer(0), TensorNames.COMPRESSOR));
    }
    return count;
  }

  private static void requireNoGap(Map<String, TensorSlice> tensors, int layers) {
    tensors.keySet().stream()
        .filter(TensorNames::isPrefusion)
        .filter(name -> IntStream.range(0, layers).noneMatch(layer -> isOf(name, layer)))
        .findFirst()
        .ifPresent(
            name -> {
              throw new CheckpointException(
                  "there is a tensor '%s', but none of '%s*': layers are numbered from 0 without a gap; add the missing file, or rename the layer"
                      .formatted(name, TensorNames.prefusionLayer(layers)));
            });
  }

  private static boolean isOf(String name, int layer) {
    return name.startsWith(TensorNames.prefusionLayer(layer));
  }

  private static boolean hasLayer(Map<String, TensorSlice> tensors, int layer) {
    return tensors.keySet().stream().anyMatch(name -> isOf(name, layer));
  }

  /** Returns the number of vision tokens of an image. */
  public int tokens() {
    return compressorSize * compressorSize;
  }

  /** Returns the number of pictures of the tower's size that an image becomes. */
  public int parts() {
    return resolutionRatio == 1 ? 1 : resolutionRatio * resolutionRatio + 1;
  }

  /** Returns the number of rows of an image before its text in the layers of pre-fusion. */
  public int rows(ClipVisionConfig vision) {
    return parts() * vision.patches() + tokens();
  }

  /** Returns the number of patches that the compressor attends to. */
  public int compressedPatches(ClipVisionConfig vision) {
    return resolutionRatio * resolutionRatio * vision.patches();
  }

  String describe() {
    String parts = parts() == 1 ? "" : ", %d parts per image".formatted(parts());
    return "LLaVA-Mini (compressor %dx%d, %d pre-fusion layers%s)"
        .formatted(compressorSize, compressorSize, prefusionLayers, parts);
  }

  /**
   * Returns the names and shapes of its tensors.
   *
   * @param width channels of a block of CLIP
   */
  Map<String, List<Long>> tensors(long width, LlamaConfig language) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put(QUERY, Shapes.of(tokens(), width));
    shapes.put(POSITIONS, Shapes.of(tokens(), width));
    ExpectedTensors.putNorm(shapes, TensorNames.COMPRESSOR + "ln_q", width);
    ExpectedTensors.putNorm(shapes, TensorNames.COMPRESSOR + "ln_kv", width);
    shapes.put(STACKED, Shapes.of(3 * width, width));
    shapes.put(ATTENTION + "in_proj_bias", Shapes.of(3 * width));
    ExpectedTensors.putLinear(shapes, ATTENTION + "out_proj", width, width);
    for (int i = 0; i < prefusionLayers; i++) {
      ExpectedTensors.putLayer(shapes, TensorNames.prefusionLayer(i), language);
    }
    return shapes;
  }

  /** Returns the settings of {@code config.json}. */
  Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("architectures", List.of("LlavaMiniLlamaForCausalLM"));
    settings.put("model_type", MODEL_TYPE);
    settings.put("compressor_size", compressorSize);
    settings.put("prefusion_layer_num", prefusionLayers);
    settings.put("resolution_ratio", resolutionRatio);
    return settings;
  }

  /** Returns whether a tensor is LLaVA-Mini's own. */
  static boolean isTensor(String name) {
    return TensorNames.isCompressor(name) || TensorNames.isPrefusion(name);
  }

  /**
   * Returns the tensor of the language model that a tensor of pre-fusion begins as a copy of: that
   * of the same layer, or of the last one; other names as they are.
   *
   * @param layers of the language model
   */
  static String languageLayerOf(String name, int layers) {
    if (!TensorNames.isPrefusion(name)) {
      return name;
    }
    String rest = name.substring(TensorNames.PREFUSION.length());
    int dot = rest.indexOf('.');
    int layer = Integer.parseInt(rest.substring(0, dot));
    return TensorNames.layer(Math.min(layer, layers - 1)) + rest.substring(dot + 1);
  }

  /** Returns whether a tensor is the compressor's table of positions. */
  static boolean isPositions(String name) {
    return name.equals(POSITIONS);
  }

  /** Returns whether a tensor is the compressor's queries. */
  static boolean isQuery(String name) {
    return name.equals(QUERY);
  }

  /** Returns whether a tensor has one part for the queries and two for the patches. */
  public static boolean isStacked(String name) {
    return name.equals(STACKED);
  }
}
