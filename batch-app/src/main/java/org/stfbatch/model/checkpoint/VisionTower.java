package org.stfbatch.model.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The CLIP vision tower: its shape, its image preprocessing, and its tensors under their names in
 * its own folder (prefix {@link TensorNames#VISION_TOWER}).
 *
 * @param origin its name in error messages
 */
record VisionTower(
    Path origin,
    ClipVisionConfig config,
    ImageProcessing image,
    SortedMap<String, TensorSlice> tensors) {

  private static final String OUTER_PREFIX = "model.vision_tower.vision_tower.";

  /** Prefix of the tower's tensor names inside a checkpoint of the authors' layout. */
  static final String INNER_PREFIX = OUTER_PREFIX + TensorNames.VISION_TOWER;

  /**
   * Finds the tower of a checkpoint in the layout of LLaVA's authors: the folder that it names,
   * otherwise the copy inside it. As in LLaVA, a folder takes precedence over the copy, unless the
   * copy was trained.
   *
   * @param checkpointTensors all tensors of the checkpoint's own files
   * @throws CheckpointException naming the searched places
   */
  static VisionTower find(
      Path checkpoint, LlavaSettings settings, SortedMap<String, TensorSlice> checkpointTensors) {
    if (settings.towerTuned()) {
      Optional<VisionTower> tuned = inner(checkpoint, settings.aspect(), checkpointTensors);
      if (tuned.isPresent()) {
        return tuned.get();
      }
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
   * Returns where the tower may be. Towers are often named as on a hub ("openai/clip-...") or by
   * their folder on the machine that trained them.
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

  /**
   * Reads the tower of a separate folder.
   *
   * @throws CheckpointException if there is no such folder, or its contents cannot be used
   */
  static VisionTower ofFolder(Path folder, String aspect) {
    if (!Files.isDirectory(folder)) {
      throw new CheckpointException("the vision tower %s is not a folder".formatted(folder));
    }
    ClipVisionConfig config = readConfig(folder);
    JsonSettings preprocessor = JsonSettings.read(folder.resolve("preprocessor_config.json"));
    ImageProcessing image = PreprocessorSettings.read(preprocessor, config.imageSize(), aspect);
    return new VisionTower(folder, config, image, visionTensors(WeightFolder.read(folder), ""));
  }

  /** Returns the tower inside a checkpoint whose settings describe it. */
  static VisionTower inside(
      Path checkpoint,
      ClipVisionConfig config,
      ImageProcessing image,
      SortedMap<String, TensorSlice> checkpointTensors) {
    return new VisionTower(
        checkpoint, config, image, visionTensors(checkpointTensors, OUTER_PREFIX));
  }

  private static Optional<VisionTower> inner(
      Path checkpoint, String aspect, SortedMap<String, TensorSlice> checkpointTensors) {
    SortedMap<String, TensorSlice> tensors = visionTensors(checkpointTensors, OUTER_PREFIX);
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
    ImageProcessing image =
        new ImageProcessing(
            config.imageSize(),
            PreprocessorSettings.CLIP_MEAN,
            PreprocessorSettings.CLIP_STD,
            aspect);
    return Optional.of(new VisionTower(checkpoint, config, image, tensors));
  }

  private static SortedMap<String, TensorSlice> visionTensors(
      SortedMap<String, TensorSlice> tensors, String prefix) {
    SortedMap<String, TensorSlice> own = new TreeMap<>();
    for (TensorSlice tensor : tensors.values()) {
      if (tensor.name().startsWith(prefix + TensorNames.VISION_TOWER)) {
        String name = tensor.name().substring(prefix.length());
        own.put(name, tensor.as(name, tensor.shape()));
      }
    }
    return own;
  }

  /**
   * Reads the configuration of a tower's folder, which contains a CLIP vision model or a whole CLIP
   * model.
   */
  private static ClipVisionConfig readConfig(Path folder) {
    JsonSettings file = JsonSettings.read(folder.resolve("config.json"));
    JsonSettings json = file.has("vision_config") ? file.child("vision_config") : file;
    if (!List.of("clip", "clip_vision_model").contains(file.text("model_type").orElse("clip"))) {
      throw file.unsupported("model_type", "'clip' or 'clip_vision_model'");
    }
    if (!json.text("model_type").orElse("clip").startsWith("clip")) {
      throw json.unsupported("model_type", "'clip_vision_model'");
    }
    file.requireAbsent("quantization_config");
    return readConfig(json);
  }

  /**
   * Reads the shape of a CLIP vision model. Defaults are those of CLIPVisionConfig.
   *
   * @throws CheckpointException naming a setting that would change what the tower computes
   */
  static ClipVisionConfig readConfig(JsonSettings json) {
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
    json.requireAbsent("quantization_config");
    ArithmeticSettings.requireNoMore(json);
    return config;
  }
}
