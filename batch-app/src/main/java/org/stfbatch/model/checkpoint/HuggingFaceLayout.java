package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * LLaVA-1.5 as transformers' {@code LlavaForConditionalGeneration} writes it, for example {@code
 * llava-hf/llava-1.5-7b-hf}. Defaults are those of its {@code LlavaConfig}, {@code LlamaConfig} and
 * {@code CLIPVisionConfig}.
 *
 * <p>Three properties are not in these files and are taken from the authors' LLaVA-1.5, so that
 * answers are the same: images are padded to a square, although transformers' processor crops them;
 * a prompt has at most 2048 tokens; and the vocabulary ends where the authors' does. transformers
 * adds an image token, a padding token and rows up to a multiple of 64. The authors' model has no
 * such rows, so they are removed from the embedding and the output layer.
 */
final class HuggingFaceLayout implements SourceLayout {
  private static final String ARCHITECTURE = "LlavaForConditionalGeneration";
  private static final String TEXT = "text_config";
  private static final String VISION = "vision_config";
  private static final String ASPECT = "image_aspect_ratio";
  private static final String PROMPT_LIMIT = "tokenizer_model_max_length";
  private static final String DTYPE = "torch_dtype";
  private static final String TIED = "tie_word_embeddings";
  private static final String FEATURE_LAYER = "vision_feature_layer";
  private static final String SELECT_LAYER = "mm_vision_select_layer";

  /** {@code tokenizer_model_max_length} of liuhaotian/llava-v1.5-7b and -13b. */
  private static final int AUTHORS_PROMPT_LIMIT = 2048;

  private static final int IMAGE_TOKEN = 32_000;
  private static final Set<String> PLACEHOLDERS = Set.of("<image>", "<pad>");

  /**
   * Settings of the authors' layout that are outside of {@code text_config}, with their names here.
   */
  private static final Map<String, String> OUTER_NAMES =
      Map.of(SELECT_LAYER, FEATURE_LAYER, ASPECT, ASPECT, PROMPT_LIMIT, PROMPT_LIMIT, DTYPE, DTYPE);

  private final Path folder;
  private final ObjectNode authorsConfig;
  private final JsonSettings translated;
  private final ClipVisionConfig vision;
  private final int paddedVocabulary;
  private final int vocabulary;

  private HuggingFaceLayout(Path folder, JsonSettings config) {
    this.folder = folder;
    JsonSettings text = part(config, TEXT);
    paddedVocabulary = text.positiveInt("vocab_size", 32_000);
    vocabulary = Math.min(paddedVocabulary, imageToken(config));
    vision = vision(config);
    requireLayer(config, vision.numHiddenLayers());
    authorsConfig = authorsConfig(config, text);
    translated =
        JsonSettings.translated(
            config.file(),
            name -> OUTER_NAMES.getOrDefault(name, TEXT + "." + name),
            authorsConfig);
  }

  /** Returns whether transformers' class wrote the settings. */
  static boolean isLayoutOf(JsonSettings config) {
    boolean named = false;
    for (JsonNode architecture : config.node("architectures")) {
      named |= architecture.asText().equals(ARCHITECTURE);
    }
    return named || config.has(TEXT);
  }

  /**
   * @throws CheckpointException naming the setting that makes it another model than LLaVA-1.5
   */
  static HuggingFaceLayout of(Path folder, JsonSettings config) {
    requireLlava15(config);
    HuggingFaceLayout layout = new HuggingFaceLayout(folder, config);
    ArithmeticSettings.requirePlainGeneration(config);
    ArithmeticSettings.requireNoMore(config);
    layout.requireKnownTokens(config);
    return layout;
  }

  private static void requireLlava15(JsonSettings config) {
    if (!config.text("model_type").orElse("").equals("llava")) {
      throw config.unsupported(
          "model_type", "'llava' in a file with text_config (LLaVA-1.5 as " + ARCHITECTURE + ")");
    }
    part(config, TEXT).requireText("model_type", "llama", "llama");
    part(config, VISION).requireText("model_type", "clip_vision_model", "clip_vision_model");
    config.requireText("projector_hidden_act", "gelu", "gelu");
    config.requireText("vision_feature_select_strategy", "default", "default");
    config.requireAbsent("quantization_config");
    if (!config.flag("multimodal_projector_bias", true)) {
      throw config.unsupported("multimodal_projector_bias", "true");
    }
  }

  private static JsonSettings part(JsonSettings config, String name) {
    if (config.has(name) && !config.node(name).isObject()) {
      throw config.unsupported(name, "an object");
    }
    return config.child(name);
  }

  /**
   * Reads the tower's shape; without a description it is LLaVA-1.5's, as in {@code LlavaConfig}.
   */
  private static ClipVisionConfig vision(JsonSettings config) {
    return config.has(VISION)
        ? VisionTower.readConfig(config.child(VISION))
        : ClipVisionConfig.LARGE_336;
  }

  private static void requireLayer(JsonSettings config, int blocks) {
    int layer = config.integer(FEATURE_LAYER, -2);
    if (layer < -blocks - 1 || layer > blocks) {
      throw config.unsupported(
          FEATURE_LAYER, "one of the vision tower's %d blocks".formatted(blocks));
    }
  }

  /** Returns the image token's id, the first row after the authors' vocabulary. */
  private static int imageToken(JsonSettings config) {
    int index = config.positiveInt("image_token_index", IMAGE_TOKEN);
    int id = config.positiveInt("image_token_id", index);
    if (config.has("image_token_index") && id != index) {
      throw config.unsupported("image_token_id", "image_token_index, " + index);
    }
    return id;
  }

  /** Rejects other added tokens: a trained one also has a row after the authors' vocabulary. */
  private void requireKnownTokens(JsonSettings config) {
    List<Integer> placeholders = List.of(vocabulary, config.integer("pad_token_id", vocabulary));
    AddedTokens.of(folder)
        .forEach(
            (id, token) -> {
              boolean hasRow = id >= vocabulary && id < paddedVocabulary;
              if (hasRow && !placeholders.contains(id) && !PLACEHOLDERS.contains(token)) {
                throw new CheckpointException(
                    "%s: the tokenizer adds '%s' (%d) behind the image token; supported is LLaVA-1.5's vocabulary, to which only <image> and <pad> are added"
                        .formatted(config.file(), token, id));
              }
            });
  }

  private ObjectNode authorsConfig(JsonSettings config, JsonSettings text) {
    ObjectNode authors = text.copy();
    authors.remove(List.of("_name_or_path", "architectures"));
    authors.putArray("architectures").add("LlavaLlamaForCausalLM");
    config.text(DTYPE).or(() -> config.text("dtype")).ifPresent(type -> authors.put(DTYPE, type));
    return authors
        .put("model_type", "llava_llama")
        .put("vocab_size", vocabulary)
        .put(TIED, config.flag(TIED, false) || text.flag(TIED, false))
        .put(PROMPT_LIMIT, config.positiveInt(PROMPT_LIMIT, AUTHORS_PROMPT_LIMIT))
        .put(ASPECT, config.text(ASPECT).orElse("pad"))
        .put("mm_vision_tower", CheckpointLayout.TOWER)
        .put("mm_hidden_size", vision.hiddenSize())
        .put(SELECT_LAYER, config.integer(FEATURE_LAYER, -2))
        .put("mm_vision_select_feature", "patch")
        .put("mm_projector_type", "mlp2x_gelu")
        .put("mm_patch_merge_type", "flat")
        .put("mm_use_im_start_end", false)
        .put("mm_use_im_patch_token", false);
  }

  @Override
  public String describe() {
    return "Hugging Face (" + ARCHITECTURE + ")";
  }

  @Override
  public ObjectNode authorsConfig() {
    return authorsConfig.deepCopy();
  }

  @Override
  public LlavaSettings settings() {
    return LlavaSettings.read(folder, translated);
  }

  @Override
  public SortedMap<String, TensorSlice> tensors() {
    SortedMap<String, TensorSlice> tensors = new TreeMap<>();
    for (TensorSlice tensor : WeightFolder.read(folder).values()) {
      String name = HuggingFaceNames.authorsName(tensor.name());
      if (tensors.put(name, tensor.as(name, authorsShape(name, tensor.shape()))) != null) {
        throw new CheckpointException(
            "%s holds '%s' under two names: save the checkpoint again with one version of transformers"
                .formatted(folder, name));
      }
    }
    return tensors;
  }

  /**
   * Returns the shape without the rows after the authors' vocabulary. Rows are contiguous, so the
   * first ones form a tensor.
   */
  private List<Long> authorsShape(String name, List<Long> shape) {
    boolean hasRows = name.equals(TensorNames.EMBEDDING) || name.equals(TensorNames.OUTPUT);
    return hasRows && shape.size() == 2 && shape.get(0) == paddedVocabulary
        ? List.of((long) vocabulary, shape.get(1))
        : shape;
  }

  @Override
  public VisionTower tower(LlavaSettings settings, SortedMap<String, TensorSlice> tensors) {
    ImageProcessing image =
        PreprocessorSettings.read(preprocessor(), vision.imageSize(), settings.aspect());
    return VisionTower.inside(folder, vision, image, tensors);
  }

  /**
   * Reads the image processor. transformers 5 writes it into the processor's file, which then takes
   * precedence.
   */
  private JsonSettings preprocessor() {
    Path processor = folder.resolve("processor_config.json");
    if (Files.exists(processor)) {
      JsonSettings settings = JsonSettings.read(processor);
      if (settings.has("image_processor")) {
        return settings.child("image_processor");
      }
    }
    return JsonSettings.read(folder.resolve("preprocessor_config.json"));
  }
}
