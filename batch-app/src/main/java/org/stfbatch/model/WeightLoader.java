package org.stfbatch.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.stfbatch.model.TorchModule.Tensor;
import org.stfbatch.model.checkpoint.ClipVisionConfig;
import org.stfbatch.model.checkpoint.ExpectedTensors;
import org.stfbatch.model.checkpoint.FusionConfig;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.LlavaMini;
import org.stfbatch.model.checkpoint.TensorNames;

/**
 * Loads a module's weights, one part of the model at a time: during a conversion of layout, only
 * the current part's original is in memory in addition to the finished parts.
 */
final class WeightLoader {
  private final TorchModule module;
  private final ModelSettings settings;

  WeightLoader(TorchModule module, ModelSettings settings) {
    this.module = module;
    this.settings = settings;
  }

  /** Loads the weights of a checkpoint. */
  void load(LlavaCheckpoint checkpoint) {
    try (CheckpointMapper mapper = new CheckpointMapper(module, checkpoint.tensors().values())) {
      load(checkpoint.config(), mapper::map);
    }
  }

  /** Loads only the vision tower's weights of a checkpoint. */
  void loadTower(LlavaCheckpoint checkpoint) {
    try (CheckpointMapper mapper = new CheckpointMapper(module, checkpoint.tensors().values())) {
      configure();
      part(mapper::map, TensorNames::isVisionTower, () -> loadVisionTower(checkpoint.config()));
    }
  }

  /**
   * Loads random weights: matrices scaled so that activations keep their magnitude, norms of 1,
   * biases of 0.
   */
  void draw(LlavaConfig config) {
    Map<String, List<Long>> shapes = ExpectedTensors.of(config);
    load(
        config,
        part ->
            shapes.forEach(
                (name, shape) -> {
                  if (part.test(name)) {
                    draw(name, shape);
                  }
                }));
  }

  private void draw(String name, List<Long> shape) {
    long inputs = shape.stream().skip(1).reduce(1L, (a, b) -> a * b);
    boolean norm = name.contains("norm") || name.contains(".ln_");
    double mean = norm && name.endsWith("weight") ? 1 : 0;
    double deviation = shape.size() < 2 ? 0 : 1 / Math.sqrt(inputs);
    long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
    module.call("draw", name, sizes, mean, deviation);
  }

  /**
   * @param bring passes the tensors whose names match to the module
   */
  private void load(LlavaConfig config, Consumer<Predicate<String>> bring) {
    configure();
    part(
        bring,
        TensorNames::isVisionTower,
        () -> {
          loadCompression(config);
          loadVisionTower(config);
        });
    part(bring, TensorNames::isProjector, () -> loadFusion(config.fusion()));
    Optional<LlavaMini> mini = config.fusion().mini();
    mini.ifPresent(m -> part(bring, TensorNames::isCompressor, () -> loadCompressor(m)));
    part(bring, WeightLoader::isOutsideLayers, () -> loadLanguageModel(config.language()));
    mini.ifPresent(m -> loadPrefusion(m, config, bring));
    for (int i = 0; i < config.language().numHiddenLayers(); i++) {
      String layer = TensorNames.layer(i);
      part(bring, name -> name.startsWith(layer), () -> module.call("load_language_model_layer"));
    }
    part(bring, TensorNames.OUTPUT::equals, () -> module.call("load_language_model_head"));
  }

  private void configure() {
    module.call(
        "configure",
        settings.device(),
        settings.dtype().torchCode(),
        settings.weights().torchCode());
  }

  private static boolean isOutsideLayers(String name) {
    return name.equals(TensorNames.EMBEDDING) || name.equals(TensorNames.FINAL_NORM);
  }

  private void part(Consumer<Predicate<String>> bring, Predicate<String> names, Runnable load) {
    bring.accept(names);
    load.run();
    module.call("unmap");
  }

  private void loadCompression(LlavaConfig config) {
    CompressionSetup setup = setup(config);
    module.call(
        "load_compression",
        setup.method().torchCode(),
        setup.firstBlock(),
        setup.endBlock(),
        setup.lastBlock(),
        setup.tokens(),
        setup.step(),
        setup.kernel());
  }

  private CompressionSetup setup(LlavaConfig config) {
    return CompressionSetup.of(settings.compression(), config.vision());
  }

  private void loadVisionTower(LlavaConfig config) {
    ClipVisionConfig vision = config.vision();
    module.call(
        "load_vision_tower",
        Math.max(config.fusion().lastBlock(), setup(config).blocks()),
        vision.numAttentionHeads(),
        vision.patchSize(),
        vision.layerNormEps(),
        vision.hiddenAct().equals("quick_gelu"),
        channels(config.image().mean()),
        channels(config.image().std()));
  }

  private static Tensor channels(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return Tensor.float32(floats, floats.length);
  }

  private void loadFusion(FusionConfig fusion) {
    module.call(
        "load_fusion",
        fusion.hiddenStates().stream().mapToLong(Integer::longValue).toArray(),
        fusion.multiBlock(),
        fusion.spatial().form().torchCode(),
        fusion.spatial().kernel(),
        fusion.spatial().tokens(),
        fusion.trailingGelu());
  }

  private void loadCompressor(LlavaMini mini) {
    module.call("load_compressor", mini.resolutionRatio());
  }

  private void loadPrefusion(
      LlavaMini mini, LlavaConfig config, Consumer<Predicate<String>> bring) {
    LlamaConfig language = config.language();
    int positions = mini.rows(config.vision()) + language.maxPositionEmbeddings();
    module.call("load_prefusion", language.rope().theta(), positions);
    for (int i = 0; i < mini.prefusionLayers(); i++) {
      String layer = TensorNames.prefusionLayer(i);
      part(bring, name -> name.startsWith(layer), () -> module.call("load_prefusion_layer"));
    }
  }

  private void loadLanguageModel(LlamaConfig language) {
    language
        .rope()
        .scaling()
        .ifPresent(
            scaling ->
                module.call(
                    "scale_rope",
                    scaling.factor(),
                    scaling.lowFrequencyFactor(),
                    scaling.highFrequencyFactor(),
                    scaling.originalPositions()));
    module.call(
        "load_language_model",
        language.numAttentionHeads(),
        language.numKeyValueHeads(),
        language.rmsNormEps(),
        language.rope().theta(),
        language.maxPositionEmbeddings());
  }
}
