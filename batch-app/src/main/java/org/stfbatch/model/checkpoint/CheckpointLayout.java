package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.stfbatch.model.checkpoint.SafetensorsWriter.Data;

/**
 * Writer of the layout of LLaVA's authors for a checkpoint that is complete in one folder: {@code
 * config.json}, the weights as safetensors, the tokenizer's files, and the vision tower in a
 * subfolder.
 */
final class CheckpointLayout {
  /** Name of the tower's folder, also in {@code config.json}. */
  static final String TOWER = "vision-tower";

  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Tokenizer files in order of preference. */
  private static final List<String> TOKENIZERS = List.of("tokenizer.model", "tokenizer.json");

  private static final List<String> BESIDE_TOKENIZER =
      List.of(
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "generation_config.json");

  private final Path folder;

  /**
   * @param folder empty
   */
  CheckpointLayout(Path folder) {
    this.folder = folder;
  }

  /**
   * @param tower the vision tower's tensors
   * @param model the tensors of language model and projectors
   * @param config {@code config.json}; its {@code torch_dtype} also applies to the tower
   */
  void write(
      Map<String, Data> tower,
      Map<String, Data> model,
      ObjectNode config,
      ClipVisionConfig vision,
      ImageProcessing image)
      throws IOException {
    Path towerFolder = Files.createDirectory(folder.resolve(TOWER));
    SafetensorsWriter.write(folder.resolve(WEIGHTS), model);
    SafetensorsWriter.write(towerFolder.resolve(WEIGHTS), tower);
    writeJson(folder.resolve(CONFIG), config);
    writeJson(towerFolder.resolve(CONFIG), towerConfig(vision, config.get("torch_dtype").asText()));
    writeJson(towerFolder.resolve("preprocessor_config.json"), preprocessorConfig(image));
  }

  /**
   * @throws CheckpointException if there is no tokenizer
   */
  void copyTokenizer(Path source) throws IOException {
    String tokenizer =
        TOKENIZERS.stream()
            .filter(name -> Files.exists(source.resolve(name)))
            .findFirst()
            .orElseThrow(
                () ->
                    new CheckpointException(
                        "%s holds no %s: give a folder that does"
                            .formatted(source, String.join(" and no ", TOKENIZERS))));
    Files.copy(source.resolve(tokenizer), folder.resolve(tokenizer));
    for (String name : BESIDE_TOKENIZER) {
      if (Files.exists(source.resolve(name))) {
        Files.copy(source.resolve(name), folder.resolve(name));
      }
    }
  }

  private static void writeJson(Path file, ObjectNode json) throws IOException {
    Files.writeString(file, json.toPrettyString() + "\n");
  }

  private static ObjectNode towerConfig(ClipVisionConfig vision, String dtype) {
    ObjectNode config = JSON.createObjectNode();
    config.putArray("architectures").add("CLIPVisionModel");
    return config
        .put("model_type", "clip_vision_model")
        .put("hidden_size", vision.hiddenSize())
        .put("intermediate_size", vision.intermediateSize())
        .put("num_hidden_layers", vision.numHiddenLayers())
        .put("num_attention_heads", vision.numAttentionHeads())
        .put("image_size", vision.imageSize())
        .put("patch_size", vision.patchSize())
        .put("layer_norm_eps", vision.layerNormEps())
        .put("hidden_act", vision.hiddenAct())
        .put("torch_dtype", dtype);
  }

  private static ObjectNode preprocessorConfig(ImageProcessing image) {
    ObjectNode config = JSON.createObjectNode();
    config
        .put("image_processor_type", "CLIPImageProcessor")
        .put("do_convert_rgb", true)
        .put("do_resize", true)
        .put("do_center_crop", true)
        .put("do_rescale", true)
        .put("do_normalize", true)
        .put("resample", 3)
        .put("rescale_factor", 1 / 255.0);
    config.putObject("size").put("shortest_edge", image.size());
    config.putObject("crop_size").put("height", image.size()).put("width", image.size());
    putChannels(config.putArray("image_mean"), image.mean());
    putChannels(config.putArray("image_std"), image.std());
    return config;
  }

  private static void putChannels(ArrayNode array, List<Double> values) {
    values.forEach(array::add);
  }
}
