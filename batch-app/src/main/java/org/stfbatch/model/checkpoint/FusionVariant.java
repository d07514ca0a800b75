package org.stfbatch.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.stfbatch.model.checkpoint.SpatialFusion.Form;

/**
 * A trainable form of token fusion: those of the LLaVA-STF paper's Tables 2 to 5 and of the
 * released code, TokenPacker and LLaVA-Mini.
 *
 * @param name as in options
 * @param multiBlock whether several blocks of CLIP are fused
 * @param wide whether the inner width of {@code mm_projector} is four times the language model's
 *     hidden size
 * @param mini LLaVA-Mini's compressor and pre-fusion
 */
public record FusionVariant(
    String name,
    boolean multiBlock,
    SpatialFusion spatial,
    boolean wide,
    Optional<LlavaMini> mini) {

  /** The names without kernel k and tokens E. */
  public static final List<String> NAMES =
      List.of(
          "mbtf+stf",
          "mbtf+stf-paper",
          "stf",
          "mbtf",
          "avgpool",
          "tokenconcat",
          "tokenpacker",
          "llava-mini",
          "plain");

  /** Number of fused blocks, as in the 7B model. */
  private static final int BLOCKS = 8;

  private static final Pattern KERNEL_AND_TOKENS = Pattern.compile("(.+):k(\\d{1,3})e(\\d{1,4})");

  private static final Pattern SCALE_FACTOR = Pattern.compile("tokenpacker:s(\\d{1,3})");

  private static final Pattern COMPRESSOR_AND_LAYERS =
      Pattern.compile("llava-mini:c(\\d{1,2})(?:p(\\d{1,2}))?");

  /** Of the authors' training: one token, four layers, pictures seen as a whole. */
  private static final LlavaMini MINI = new LlavaMini(1, 4, 1);

  /**
   * @param text one of {@link #NAMES}; {@code stf} and {@code mbtf+stf} may be followed by k and E
   *     of Table 4, as in {@code mbtf+stf:k4e8}, {@code tokenpacker} by its scale factor, as in
   *     {@code tokenpacker:s3}, and {@code llava-mini} by compressor size and pre-fusion layers, as
   *     in {@code llava-mini:c2p4}
   * @throws IllegalArgumentException if it is anything else; the message lists the variants
   */
  public static FusionVariant named(String text) {
    Matcher scale = SCALE_FACTOR.matcher(text);
    if (scale.matches() && Integer.parseInt(scale.group(1)) > 0) {
      return tokenPacker(text, Integer.parseInt(scale.group(1)));
    }
    Matcher mini = COMPRESSOR_AND_LAYERS.matcher(text);
    if (mini.matches()) {
      return llavaMini(text, mini);
    }
    Matcher suffix = KERNEL_AND_TOKENS.matcher(text);
    if (!suffix.matches()) {
      return plainName(text);
    }
    FusionVariant variant = plainName(suffix.group(1));
    int kernel = Integer.parseInt(suffix.group(2));
    int tokens = Integer.parseInt(suffix.group(3));
    if (variant.spatial.form() != Form.CONCAT || !variant.wide || kernel < 2 || tokens < 1) {
      throw unknown(text);
    }
    return new FusionVariant(
        text, variant.multiBlock, new SpatialFusion(Form.CONCAT, kernel, tokens), true);
  }

  private FusionVariant(String name, boolean multiBlock, SpatialFusion spatial, boolean wide) {
    this(name, multiBlock, spatial, wide, Optional.empty());
  }

  private static FusionVariant llavaMini(String text, Matcher sizes) {
    int size = Integer.parseInt(sizes.group(1));
    int layers = sizes.group(2) == null ? MINI.prefusionLayers() : Integer.parseInt(sizes.group(2));
    if (size < 1 || layers < 1) {
      throw unknown(text);
    }
    return llavaMini(text, new LlavaMini(size, layers, MINI.resolutionRatio()));
  }

  private static FusionVariant llavaMini(String name, LlavaMini mini) {
    return new FusionVariant(name, false, SpatialFusion.NONE, false, Optional.of(mini));
  }

  private static FusionVariant plainName(String name) {
    return switch (name) {
      case "mbtf+stf" -> new FusionVariant(name, true, SpatialFusion.CONCAT, true);
      case "mbtf+stf-paper" -> new FusionVariant(name, true, SpatialFusion.CONV, true);
      case "stf" -> new FusionVariant(name, false, SpatialFusion.CONCAT, true);
      case "mbtf" -> new FusionVariant(name, true, SpatialFusion.NONE, false);
      case "avgpool" -> new FusionVariant(name, false, SpatialFusion.AVERAGE, false);
      case "tokenconcat" -> new FusionVariant(name, false, SpatialFusion.CONCAT, false);
      case "tokenpacker" -> tokenPacker(name, SpatialFusion.PACKER_KERNEL);
      case "llava-mini" -> llavaMini(name, MINI);
      case "plain" -> new FusionVariant(name, false, SpatialFusion.NONE, false);
      default -> throw unknown(name);
    };
  }

  private static FusionVariant tokenPacker(String name, int scaleFactor) {
    return new FusionVariant(name, false, new SpatialFusion(Form.PACKER, scaleFactor, 1), false);
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(
        "there is no fusion variant '%s': choose one of %s; stf and mbtf+stf also with kernel and tokens, as mbtf+stf:k4e8, tokenpacker with its scale factor, as tokenpacker:s3, llava-mini with compressor size and layers, as llava-mini:c2p4; llavolta and yopo are strategies for any of them, see --compress of infer and train finetune"
            .formatted(text, String.join(", ", NAMES)));
  }

  /**
   * Returns the names and shapes of the projectors' tensors between a tower and a language model.
   *
   * @param hidden the language model's hidden size
   */
  public Map<String, List<Long>> tensors(ClipVisionConfig vision, int hidden) {
    int blocks = multiBlock ? BLOCKS : 1;
    FusionConfig config =
        new FusionConfig(
            IntStream.range(0, blocks).boxed().toList(),
            multiBlock,
            spatial,
            spatial.form() == Form.CONV);
    long inner = wide ? 4L * hidden : hidden;
    return ExpectedTensors.fusion(config, vision.hiddenSize(), hidden, inner);
  }

  /**
   * Returns the names and shapes of all tensors between a tower and a language model: of the
   * projectors, and of LLaVA-Mini's compressor and pre-fusion.
   */
  public Map<String, List<Long>> tensors(ClipVisionConfig vision, LlamaConfig language) {
    Map<String, List<Long>> tensors = new LinkedHashMap<>(tensors(vision, language.hiddenSize()));
    mini.ifPresent(own -> tensors.putAll(own.tensors(vision.hiddenSize(), language)));
    return tensors;
  }

  /**
   * Returns the fusion's configuration for a tower.
   *
   * @param selected the block that LLaVA selects, as an index into {@code hidden_states}
   * @throws CheckpointException if the tower has too few blocks
   */
  public FusionConfig config(ClipVisionConfig vision, int selected) {
    return new FusionConfig(
        hiddenStates(vision, selected), multiBlock, spatial, spatial.form() == Form.CONV, mini);
  }

  private List<Integer> hiddenStates(ClipVisionConfig vision, int selected) {
    if (spatial.form() == Form.PACKER) {
      return TokenPacker.hiddenStates(selected);
    }
    return multiBlock
        ? FusionShapes.fusedStates(selected, vision.numHiddenLayers(), BLOCKS)
        : List.of(selected);
  }

  /** Returns the settings of {@code config.json} that the shapes do not imply. */
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    if (spatial.form() == Form.AVERAGE) {
      settings.put("mm_spatial_fusion", "average");
    } else if (spatial.form() == Form.CONCAT && !spatial.equals(SpatialFusion.CONCAT)) {
      settings.put("mm_spatial_fusion", "concat");
      settings.put("mm_spatial_kernel", spatial.kernel());
      settings.put("mm_spatial_tokens", spatial.tokens());
    } else if (spatial.form() == Form.PACKER) {
      settings.put("mm_projector_type", TokenPacker.TYPE);
      settings.put("scale_factor", spatial.kernel());
    }
    mini.ifPresent(own -> settings.putAll(own.settings()));
    return settings;
  }
}
