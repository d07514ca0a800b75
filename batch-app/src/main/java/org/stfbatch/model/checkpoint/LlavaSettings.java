package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.stfbatch.model.checkpoint.SpatialFusion.Form;

/**
 * Settings of a LLaVA checkpoint's {@code config.json}. Settings that would change the arithmetic
 * in an unsupported way are rejected; absent settings have the defaults of transformers and LLaVA.
 *
 * @param visionTower the tower's name or folder
 * @param selectLayer {@code mm_vision_select_layer}, negative from the end
 * @param clipWidth {@code mm_hidden_size}, if given
 * @param spatialFusion how patches become tokens, if given and not left to the projectors' shapes
 * @param mini settings of LLaVA-Mini's parts
 * @param tieWordEmbeddings whether the output layer is the embedding
 * @param towerTuned whether the tower inside the checkpoint was trained and differs from the named
 *     one
 */
record LlavaSettings(
    LlamaConfig language,
    String visionTower,
    int selectLayer,
    Optional<Integer> clipWidth,
    Optional<SpatialFusion> spatialFusion,
    LlavaMini.Settings mini,
    String aspect,
    boolean tieWordEmbeddings,
    int tokenizerModelMaxLength,
    Optional<String> torchDtype,
    boolean towerTuned) {

  private static final String EOS = "eos_token_id";

  private static final Pattern TILED = Pattern.compile("anyres|highres|crop_split|slice");

  private static final List<String> PROJECTOR_TYPES = List.of("mlp2x_gelu", TokenPacker.TYPE);

  private static final List<String> MODEL_TYPES =
      List.of("llava_llama", "llava", LlavaMini.MODEL_TYPE);

  /**
   * @param directory the checkpoint's folder
   * @param json {@code config.json} in the form of LLaVA's authors
   * @throws CheckpointException naming the first setting that cannot be used
   */
  static LlavaSettings read(Path directory, JsonSettings json) {
    requireLlava(json);
    requireSupported(json);
    LlamaConfig language = language(json, eosTokenIds(directory, json));
    LlavaSettings settings = settings(json, language);
    ArithmeticSettings.requireNoMore(json);
    return settings;
  }

  private static LlavaSettings settings(JsonSettings json, LlamaConfig language) {
    return new LlavaSettings(
        language,
        json.text("mm_vision_tower").orElseThrow(),
        json.integer("mm_vision_select_layer", -2),
        json.has("mm_hidden_size")
            ? Optional.of(json.positiveInt("mm_hidden_size", 0))
            : Optional.empty(),
        spatialFusion(json),
        LlavaMini.Settings.read(json),
        aspect(json),
        json.flag("tie_word_embeddings", false),
        json.positiveInt("tokenizer_model_max_length", language.maxPositionEmbeddings()),
        json.text("torch_dtype").or(() -> json.text("dtype")),
        isTowerTuned(json));
  }

  /**
   * Returns whether the tower was trained with the rest and is therefore in the checkpoint, by the
   * rule of LLaVA's loader.
   */
  private static boolean isTowerTuned(JsonSettings json) {
    JsonNode parts = json.node("mm_tunable_parts");
    return json.flag("unfreeze_mm_vision_tower", false)
        || parts.isTextual() && List.of(parts.textValue().split(",")).contains("mm_vision_tower");
  }

  /**
   * Returns the tokens that end answers, as the original reads them: from {@code
   * generation_config.json}, or else from here. Other generation settings must change nothing.
   */
  private static List<Integer> eosTokenIds(Path directory, JsonSettings json) {
    ArithmeticSettings.requirePlainGeneration(json);
    List<Integer> ids = json.tokenIds(EOS, List.of(2));
    Path file = directory.resolve("generation_config.json");
    if (!Files.exists(file)) {
      return ids;
    }
    JsonSettings generation = JsonSettings.read(file);
    ArithmeticSettings.requirePlainGeneration(generation);
    return generation.tokenIds(EOS, ids);
  }

  private static void requireLlava(JsonSettings json) {
    json.requireText("model_type", MODEL_TYPES, "");
    if (json.text("mm_vision_tower")
        .filter(name -> !name.isBlank() && name.indexOf('\0') < 0)
        .isEmpty()) {
      throw json.unsupported("mm_vision_tower", "the name or folder of a CLIP vision tower");
    }
  }

  private static void requireSupported(JsonSettings json) {
    json.requireText("mm_projector_type", PROJECTOR_TYPES, "linear");
    json.requireText("mm_vision_select_feature", "patch", "patch");
    json.requireText("mm_patch_merge_type", "flat", "flat");
    if (!json.text("hidden_act").orElse("swish").equals("swish")) {
      json.requireText("hidden_act", "silu", "silu");
    }
    json.requireFalse("mm_use_im_start_end");
    json.requireFalse("attention_bias");
    json.requireFalse("mlp_bias");
    json.requireFalse("s2");
    json.requireAbsent("quantization_config");
  }

  private static boolean isTokenPacker(JsonSettings json) {
    return json.text("mm_projector_type").filter(TokenPacker.TYPE::equals).isPresent();
  }

  private static LlamaConfig language(JsonSettings json, List<Integer> eosTokenIds) {
    int heads = json.positiveInt("num_attention_heads", 32);
    LlamaConfig config =
        new LlamaConfig(
            json.positiveInt("vocab_size", 32_000),
            json.positiveInt("hidden_size", 4096),
            json.positiveInt("intermediate_size", 11_008),
            json.layerCount("num_hidden_layers", 32),
            heads,
            json.positiveInt("num_key_value_heads", heads),
            json.positiveNumber("rms_norm_eps", 1e-6),
            RopeSettings.read(json),
            json.positiveInt("max_position_embeddings", 2048),
            json.integer("bos_token_id", 1),
            eosTokenIds);
    if (config.hiddenSize() % (2 * heads) != 0) {
      throw json.unsupported(
          "num_attention_heads", "a number that cuts hidden_size into even widths");
    }
    if (heads % config.numKeyValueHeads() != 0) {
      throw json.unsupported("num_key_value_heads", "a divisor of num_attention_heads");
    }
    boolean windowed = json.flag("use_sliding_window", true);
    int window = json.positiveInt("sliding_window", config.maxPositionEmbeddings());
    if (windowed && window < config.maxPositionEmbeddings()) {
      throw json.unsupported("sliding_window", "null or at least max_position_embeddings");
    }
    if (json.positiveInt("head_dim", config.headSize()) != config.headSize()) {
      throw json.unsupported("head_dim", "hidden_size / num_attention_heads");
    }
    return config;
  }

  private static Optional<SpatialFusion> spatialFusion(JsonSettings json) {
    Optional<String> form = json.text("mm_spatial_fusion");
    if (isTokenPacker(json) || json.has("scale_factor")) {
      if (form.isPresent()) {
        throw json.unsupported("mm_spatial_fusion", "null beside TokenPacker's scale_factor");
      }
      int scale = json.positiveInt("scale_factor", SpatialFusion.PACKER_KERNEL);
      return Optional.of(new SpatialFusion(Form.PACKER, scale, 1));
    }
    int kernel = json.positiveInt("mm_spatial_kernel", 2);
    int tokens = json.positiveInt("mm_spatial_tokens", 1);
    return switch (form.orElse("")) {
      case "" -> Optional.empty();
      case "concat" -> Optional.of(new SpatialFusion(Form.CONCAT, kernel, tokens));
      case "average" -> Optional.of(new SpatialFusion(Form.AVERAGE, kernel, 1));
      default -> throw json.unsupported("mm_spatial_fusion", "'concat' or 'average'");
    };
  }

  /**
   * Reads the aspect mode: LLaVA pads for {@code pad}, cuts into tiles for these values, and crops
   * for all others.
   */
  private static String aspect(JsonSettings json) {
    String aspect = json.text("image_aspect_ratio").orElse("square");
    if (TILED.matcher(aspect).lookingAt()) {
      throw json.unsupported("image_aspect_ratio", "'pad' or 'square'");
    }
    return aspect.equals("pad") ? aspect : "square";
  }
}
