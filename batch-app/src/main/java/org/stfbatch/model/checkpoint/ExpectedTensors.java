package org.stfbatch.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names and shapes of the tensors of a configuration. Matrices are [out, in], as in PyTorch. */
public final class ExpectedTensors {
  private ExpectedTensors() {}

  /**
   * Returns all tensors of a model of this shape; where the projectors' inner widths are free,
   * those of the 7B checkpoint.
   */
  public static Map<String, List<Long>> of(LlavaConfig config) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>(language(config.language()));
    shapes.putAll(vision(config.vision()));
    long hidden = config.language().hiddenSize();
    shapes.putAll(fusion(config.fusion(), config.vision().hiddenSize(), hidden, 4 * hidden));
    config
        .fusion()
        .mini()
        .map(mini -> mini.tensors(config.vision().hiddenSize(), config.language()))
        .ifPresent(shapes::putAll);
    return shapes;
  }

  /**
   * Returns the projectors' tensors.
   *
   * @param features the channels of a CLIP block
   * @param hidden the language model's hidden size
   * @param inner the inner width of {@code mm_projector} after spatial fusion
   */
  static Map<String, List<Long>> fusion(
      FusionConfig fusion, long features, long hidden, long inner) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    if (fusion.multiBlock()) {
      putLinear(
          shapes,
          TensorNames.CROSS_LAYER + 0,
          4 * features,
          fusion.hiddenStates().size() * features);
      putLinear(shapes, TensorNames.CROSS_LAYER + 2, features, 4 * features);
    }
    SpatialFusion spatial = fusion.spatial();
    long width = spatial.tokenWidth(features);
    switch (spatial.form()) {
      case NONE, AVERAGE -> {
        putLinear(shapes, TensorNames.PROJECTOR + 0, hidden, width);
        putLinear(shapes, TensorNames.PROJECTOR + 2, hidden, hidden);
      }
      case CONCAT -> {
        putLinear(shapes, TensorNames.PROJECTOR + 0, inner, width);
        putLinear(shapes, TensorNames.PROJECTOR + 2, hidden, inner);
      }
      case CONV -> {
        shapes.put(TensorNames.PROJECTOR + "0.weight", Shapes.of(4 * features, features, 2, 2));
        shapes.put(TensorNames.PROJECTOR + "0.bias", Shapes.of(4 * features));
        putLinear(shapes, TensorNames.PROJECTOR + 2, inner, 4 * features);
        putLinear(shapes, TensorNames.PROJECTOR + 4, hidden, inner);
      }
      case PACKER -> shapes.putAll(TokenPacker.tensors(features, hidden));
    }
    return shapes;
  }

  static Map<String, List<Long>> language(LlamaConfig config) {
    long hidden = config.hiddenSize();
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put(TensorNames.EMBEDDING, Shapes.of(config.vocabSize(), hidden));
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      putLayer(shapes, TensorNames.layer(i), config);
    }
    shapes.put(TensorNames.FINAL_NORM, Shapes.of(hidden));
    shapes.put(TensorNames.OUTPUT, Shapes.of(config.vocabSize(), hidden));
    return shapes;
  }

  /**
   * @param layer prefix of the names of a Llama layer
   */
  static void putLayer(Map<String, List<Long>> shapes, String layer, LlamaConfig config) {
    long hidden = config.hiddenSize();
    long keyValue = config.keyValueSize();
    long inner = config.intermediateSize();
    shapes.put(layer + "input_layernorm.weight", Shapes.of(hidden));
    shapes.put(layer + "self_attn.q_proj.weight", Shapes.of(hidden, hidden));
    shapes.put(layer + "self_attn.k_proj.weight", Shapes.of(keyValue, hidden));
    shapes.put(layer + "self_attn.v_proj.weight", Shapes.of(keyValue, hidden));
    shapes.put(layer + "self_attn.o_proj.weight", Shapes.of(hidden, hidden));
    shapes.put(layer + "post_attention_layernorm.weight", Shapes.of(hidden));
    shapes.put(layer + "mlp.gate_proj.weight", Shapes.of(inner, hidden));
    shapes.put(layer + "mlp.up_proj.weight", Shapes.of(inner, hidden));
    shapes.put(layer + "mlp.down_proj.weight", Shapes.of(hidden, inner));
  }

  static Map<String, List<Long>> vision(ClipVisionConfig config) {
    long hidden = config.hiddenSize();
    long inner = config.intermediateSize();
    String embeddings = TensorNames.VISION_TOWER + "embeddings.";
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put(embeddings + "class_embedding", Shapes.of(hidden));
    shapes.put(
        embeddings + "patch_embedding.weight",
        Shapes.of(hidden, 3, config.patchSize(), config.patchSize()));
    shapes.put(embeddings + "position_embedding.weight", Shapes.of(config.patches() + 1L, hidden));
    putNorm(shapes, TensorNames.VISION_TOWER + "pre_layrnorm", hidden);
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      String layer = TensorNames.VISION_BLOCKS + i + ".";
      putNorm(shapes, layer + "layer_norm1", hidden);
      for (String projection : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
        putLinear(shapes, layer + "self_attn." + projection, hidden, hidden);
      }
      putNorm(shapes, layer + "layer_norm2", hidden);
      putLinear(shapes, layer + "mlp.fc1", inner, hidden);
      putLinear(shapes, layer + "mlp.fc2", hidden, inner);
    }
    return shapes;
  }

  static void putLinear(Map<String, List<Long>> shapes, String name, long out, long in) {
    shapes.put(name + ".weight", Shapes.of(out, in));
    shapes.put(name + ".bias", Shapes.of(out));
  }

  static void putNorm(Map<String, List<Long>> shapes, String name, long width) {
    shapes.put(name + ".weight", Shapes.of(width));
    shapes.put(name + ".bias", Shapes.of(width));
  }
}
