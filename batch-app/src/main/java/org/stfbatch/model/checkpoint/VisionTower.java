package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The CLIP vision tower: its shape, how it wants images, and its tensors under their names in its
 * own folder ({@code vision_model.*}).
 *
 * @param origin what error messages call it
 */
record VisionTower(
    Path origin,
    ClipVisionConfig config,
    ImageProcessing image,
    SortedMap<String, TensorSlice> tensors) {

  private static final String INNER_PREFIX = "model.vision_tower.vision_tower.";
  private static final String TENSOR_PREFIX = "vision_model.";
  static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
  static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);
  private static final int BICUBIC = 3;

  /**
   * Finds the tower: the given folder, else the folder that the checkpoint names, else the copy
   * inside the checkpoint. As in LLaVA, a folder wins over the copy.
   *
   * @param checkpointTensors all tensors of the checkpoint's own files
   * @throws CheckpointException naming the places that were looked at
   */
  static VisionTower find(
      Path checkpoint,
      LlavaSettings settings,
      Optional<Path> given,
      SortedMap<String, TensorSlice> checkpointTensors) {
    if (given.isPresent()) {
      if (!Files.isDirectory(given.get())) {
        throw new CheckpointException("the vision tower %s is not a folder".formatted(given.get()));
      }
      return ofFolder(given.get(), settings.aspect());
    }
    List<Path> places = places(checkpoint, settings.visionTower());
    Optional<Path> folder =
        places.stream()
            .filter(place -> Files.isRegularFile(place.resolve("config.json")))
            .findFirst();
    if (folder.isPresent()) {
      return ofFolder(folder.get(), settings.aspect());
    }
    return inner(checkpoint, settings.aspect(), checkpointTensors)
        .orElseThrow(
            () ->
                new CheckpointException(
                    "the vision tower '%s' of %s was not found as %s: give its folder with --vision-tower"
                        .formatted(settings.visionTower(), checkpoint, places)));
  }

  /**
   * A tower is often named as on a hub ("openai/clip-...") or by its folder on the machine that
   * trained it.
   */
  private static List<Path> places(Path checkpoint, String name) {
    Path tower = Path.of(name);
    if (tower.getFileName() == null) {
      return List.of(tower);
    }
    Path parent = checkpoint.toAbsolutePath().normalize().getParent();
    List<Path> places = new ArrayList<>();
    for (Path base : parent == null ? List.of(checkpoint) : List.of(parent, checkpoint)) {
      places.add(base.resolve(tower));
      places.add(base.resolve(tower.getFileName()));
    }
    return places.stream().distinct().toList();
  }

  private static VisionTower ofFolder(Path folder, String aspect) {
    ClipVisionConfig config = readConfig(folder);
    ImageProcessing image = readImageProcessing(folder, config, aspect);
    return new VisionTower(folder, config, image, visionTensors(WeightFolder.read(folder), ""));
  }

  private static Optional<VisionTower> inner(
      Path checkpoint, String aspect, SortedMap<String, TensorSlice> checkpointTensors) {
    SortedMap<String, TensorSlice> tensors = visionTensors(checkpointTensors, INNER_PREFIX);
    if (tensors.isEmpty()) {
      return Optional.empty();
    }
    ClipVisionConfig config = ClipVisionConfig.LARGE_336;
    for (Map.Entry<String, List<Long>> expected : ExpectedTensors.vision(config).entrySet()) {
      TensorSlice tensor = tensors.get(expected.getKey());
      if (tensor == null || !tensor.shape().equals(expected.getValue())) {
        throw new CheckpointException(
            "the vision tower inside %s is not openai/clip-vit-large-patch14-336 (%s): give its folder with --vision-tower"
                .formatted(checkpoint, expected.getKey()));
      }
    }
    ImageProcessing image = new ImageProcessing(config.imageSize(), CLIP_MEAN, CLIP_STD, aspect);
    return Optional.of(new VisionTower(checkpoint, config, image, tensors));
  }

  private static SortedMap<String, TensorSlice> visionTensors(
      SortedMap<String, TensorSlice> tensors, String prefix) {
    SortedMap<String, TensorSlice> own = new TreeMap<>();
    for (TensorSlice tensor : tensors.values()) {
      if (tensor.name().startsWith(prefix + TENSOR_PREFIX)) {
        String name = tensor.name().substring(prefix.length());
        own.put(name, tensor.as(name, tensor.shape()));
      }
    }
    return own;
  }

  /**
   * A tower's folder holds a CLIP vision model or a whole CLIP model. Defaults are those of
   * CLIPVisionConfig.
   */
  private static ClipVisionConfig readConfig(Path folder) {
    JsonSettings file = JsonSettings.read(folder.resolve("config.json"));
    JsonSettings json = file.has("vision_config") ? file.child("vision_config") : file;
    ClipVisionConfig config =
        new ClipVisionConfig(
            json.positiveInt("hidden_size", 768),
            json.positiveInt("intermediate_size", 3072),
            json.layerCount("num_hidden_layers", 12),
            json.positiveInt("num_attention_heads", 12),
            json.positiveInt("image_size", 224),
            json.positiveInt("patch_size", 32),
            json.positiveNumber("layer_norm_eps", 1e-5),
            json.text("hidden_act").orElse("quick_gelu"));
    if (!List.of("clip", "clip_vision_model").contains(file.text("model_type").orElse("clip"))) {
      throw file.unsupported("model_type", "'clip' or 'clip_vision_model'");
    }
    if (!List.of("quick_gelu", "gelu").contains(config.hiddenAct())) {
      throw json.unsupported("hidden_act", "'quick_gelu' or 'gelu'");
    }
    if (json.positiveInt("num_channels", 3) != 3) {
      throw json.unsupported("num_channels", "3");
    }
    if (config.hiddenSize() % config.numAttentionHeads() != 0) {
      throw json.unsupported("num_attention_heads", "a divisor of hidden_size");
    }
    if (config.patchSize() > config.imageSize()) {
      throw json.unsupported("patch_size", "at most image_size");
    }
    return config;
  }

  private static ImageProcessing readImageProcessing(
      Path folder, ClipVisionConfig config, String aspect) {
    JsonSettings json = JsonSettings.read(folder.resolve("preprocessor_config.json"));
    for (String step :
        List.of("do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb")) {
      if (!json.flag(step, true)) {
        throw json.unsupported(step, "true");
      }
    }
    if (json.integer("resample", BICUBIC) != BICUBIC) {
      throw json.unsupported("resample", "3 (bicubic)");
    }
    if (Math.abs(json.positiveNumber("rescale_factor", 1 / 255.0) * 255 - 1) > 1e-6) {
      throw json.unsupported("rescale_factor", "1/255");
    }
    requireSide(json, "size", config.imageSize());
    requireSide(json, "crop_size", config.imageSize());
    return new ImageProcessing(
        config.imageSize(),
        channels(json, "image_mean", CLIP_MEAN),
        channels(json, "image_std", CLIP_STD),
        aspect);
  }

  /** A side is written 336, {"shortest_edge": 336} or {"height": 336, "width": 336}. */
  private static void requireSide(JsonSettings json, String name, int side) {
    JsonNode value = json.node(name);
    boolean right = value.isMissingNode() || value.isNumber() && value.asInt() == side;
    if (value.isObject()) {
      right = !value.isEmpty();
      for (JsonNode part : value) {
        right &= part.asInt() == side;
      }
    }
    if (!right) {
      throw json.unsupported(name, "the tower's image_size, " + side);
    }
  }

  private static List<Double> channels(JsonSettings json, String name, List<Double> absent) {
    if (!json.has(name)) {
      return absent;
    }
    List<Double> values = new ArrayList<>();
    for (JsonNode value : json.node(name)) {
      values.add(value.asDouble(Double.NaN));
    }
    if (values.size() != 3 || values.stream().anyMatch(v -> v.isNaN())) {
      throw json.unsupported(name, "three numbers");
    }
    return values;
  }
}
