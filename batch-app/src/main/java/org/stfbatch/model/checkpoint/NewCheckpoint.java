package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.model.checkpoint.RopeConfig.Llama3Scaling;
import org.stfbatch.model.checkpoint.SafetensorsWriter.Data;

/**
 * Creates a checkpoint for training, in the layout of LLaVA's authors and in float32: either with
 * random weights throughout, or with the vision tower and language model of another checkpoint and
 * random projectors between them.
 */
public final class NewCheckpoint {
  /** A new tower uses all of its blocks, including the last one. */
  private static final int SELECTED_LAYER = -1;

  private final Backbone backbone;
  private final Path tokenizer;
  private final Optional<LlavaCheckpoint> source;
  private final FusionVariant variant;
  private final FreshWeights fresh;

  /**
   * What the projectors lie between.
   *
   * @param image image preprocessing of the vision tower
   * @param selectedLayer the last used block of the vision tower, counted from the end: -1 for the
   *     last one
   */
  private record Backbone(
      ClipVisionConfig vision, LlamaConfig language, ImageProcessing image, int selectedLayer) {}

  private NewCheckpoint(
      Backbone backbone,
      Path tokenizer,
      Optional<LlavaCheckpoint> source,
      FusionVariant variant,
      long seed) {
    this.backbone = backbone;
    this.tokenizer = tokenizer;
    this.source = source;
    this.variant = variant;
    this.fresh = new FreshWeights(seed, backbone.vision().numHiddenLayers(), backbone.language());
  }

  /**
   * What a model must know of its tokenizer.
   *
   * @param size number of embeddings
   * @param bosTokenId token that begins prompts
   * @param eosTokenId token that ends answers
   */
  public record Vocabulary(int size, int bosTokenId, int eosTokenId) {}

  /**
   * @param tokenizer folder of the tokenizer's files
   * @param vocabulary of this tokenizer
   */
  public static NewCheckpoint ofSizes(
      ModelSizes sizes, Path tokenizer, Vocabulary vocabulary, FusionVariant variant, long seed) {
    ClipVisionConfig vision = sizes.vision();
    ImageProcessing image =
        new ImageProcessing(
            vision.imageSize(),
            PreprocessorSettings.CLIP_MEAN,
            PreprocessorSettings.CLIP_STD,
            "pad");
    Backbone backbone = new Backbone(vision, sizes.language(vocabulary), image, SELECTED_LAYER);
    return new NewCheckpoint(backbone, tokenizer, Optional.empty(), variant, seed);
  }

  /**
   * Creates a checkpoint with an existing vision tower and language model and random projectors.
   */
  public static NewCheckpoint withProjectors(
      LlavaCheckpoint source, FusionVariant variant, long seed) {
    LlavaConfig config = source.config();
    ClipVisionConfig vision = config.vision();
    int selected = config.fusion().selectedState() - vision.numHiddenLayers() - 1;
    Backbone backbone = new Backbone(vision, config.language(), config.image(), selected);
    return new NewCheckpoint(backbone, source.directory(), Optional.of(source), variant, seed);
  }

  /**
   * Writes a folder that does not exist.
   *
   * @throws CheckpointException if there is no tokenizer, or the variant does not fit the tower
   */
  public void write(Path folder) throws IOException {
    DurableFolder.create(folder, this::fill);
  }

  private void fill(Path folder) throws IOException {
    CheckpointLayout layout = new CheckpointLayout(folder);
    layout.write(
        data(ExpectedTensors.vision(backbone.vision())),
        data(modelShapes()),
        config(),
        backbone.vision(),
        backbone.image());
    layout.copyTokenizer(tokenizer);
    LlavaCheckpoint.open(folder, Optional.empty());
  }

  private Map<String, List<Long>> modelShapes() {
    Map<String, List<Long>> shapes =
        new LinkedHashMap<>(ExpectedTensors.language(backbone.language()));
    shapes.putAll(variant.tensors(backbone.vision(), backbone.language()));
    return shapes;
  }

  private Map<String, Data> data(Map<String, List<Long>> shapes) {
    Map<String, Data> data = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> data.put(name, data(name, shape)));
    return data;
  }

  private Data data(String name, List<Long> shape) {
    // Layers of pre-fusion begin as copies of the language model's.
    String origin = LlavaMini.languageLayerOf(name, backbone.language().numHiddenLayers());
    boolean taken = source.isPresent() && !TensorNames.isFusion(origin);
    return taken
        ? SafetensorsWriter.copy(source.get().tensors().get(origin))
        : SafetensorsWriter.float32(shape, () -> fresh.draw(origin, shape));
  }

  private ObjectNode config() {
    LlamaConfig language = backbone.language();
    ObjectNode config = new ObjectMapper().createObjectNode();
    config.putArray("architectures").add("LlavaLlamaForCausalLM");
    config
        .put("model_type", "llava_llama")
        .put("hidden_act", "silu")
        .put("vocab_size", language.vocabSize())
        .put("hidden_size", language.hiddenSize())
        .put("intermediate_size", language.intermediateSize())
        .put("num_hidden_layers", language.numHiddenLayers())
        .put("num_attention_heads", language.numAttentionHeads())
        .put("num_key_value_heads", language.numKeyValueHeads())
        .put("rms_norm_eps", language.rmsNormEps())
        .put("rope_theta", language.rope().theta())
        .put("max_position_embeddings", language.maxPositionEmbeddings())
        .put("tokenizer_model_max_length", language.maxPositionEmbeddings())
        .put("bos_token_id", language.bosTokenId())
        .putPOJO("eos_token_id", eosTokenIds(language))
        .put("pad_token_id", 0)
        .put("tie_word_embeddings", false)
        .put("use_cache", true)
        .put("torch_dtype", "float32")
        .put("image_aspect_ratio", backbone.image().aspect())
        .put("mm_vision_tower", CheckpointLayout.TOWER)
        .put("mm_hidden_size", backbone.vision().hiddenSize())
        .put("mm_vision_select_layer", backbone.selectedLayer())
        .put("mm_vision_select_feature", "patch")
        .put("mm_projector_type", "mlp2x_gelu")
        .put("mm_patch_merge_type", "flat")
        .put("mm_use_im_start_end", false)
        .put("mm_use_im_patch_token", false);
    language.rope().scaling().ifPresent(scaling -> scale(config, scaling));
    variant.settings().forEach(config::putPOJO);
    return config;
  }

  private static Object eosTokenIds(LlamaConfig language) {
    List<Integer> ids = language.eosTokenIds();
    return ids.size() == 1 ? ids.get(0) : ids;
  }

  private static void scale(ObjectNode config, Llama3Scaling scaling) {
    config
        .putObject("rope_scaling")
        .put("rope_type", Llama3Scaling.TYPE)
        .put(Llama3Scaling.FACTOR, scaling.factor())
        .put(Llama3Scaling.LOW, scaling.lowFrequencyFactor())
        .put(Llama3Scaling.HIGH, scaling.highFrequencyFactor())
        .put(Llama3Scaling.POSITIONS, scaling.originalPositions());
  }
}
