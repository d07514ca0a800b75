package org.stfbatch.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Summary of a checkpoint.
 *
 * @param architecture the two models' shapes in words
 * @param layout the file layout and the class that loads it in other programs
 * @param variant the form of token fusion in words
 * @param tensors number of tensors that the model uses
 * @param dtypes element types of those tensors
 * @param visionTokensPerImage number of vision tokens of an image
 * @param languageParameters number of weights of the language model; tied ones count once
 * @param visionParameters number of used weights of the vision tower
 * @param fusionParameters number of weights of the projectors, and of LLaVA-Mini's compressor and
 *     pre-fusion
 * @param teraFlopsPerImage cost of one image's vision tokens in the language model, and in layers
 *     of pre-fusion, in 10^12 operations
 * @param tuning the compression that the checkpoint was tuned with, if there is one
 */
public record CheckpointSummary(
    String architecture,
    String layout,
    String variant,
    int tensors,
    List<String> dtypes,
    int visionTokensPerImage,
    long languageParameters,
    long visionParameters,
    long fusionParameters,
    double teraFlopsPerImage,
    Optional<YopoTuning> tuning,
    String fingerprint) {

  public CheckpointSummary {
    dtypes = List.copyOf(dtypes);
  }

  /** Returns the summary of an opened checkpoint. */
  public static CheckpointSummary of(LlavaCheckpoint checkpoint) {
    LlavaConfig config = checkpoint.config();
    int tokens = config.visionTokens();
    return new CheckpointSummary(
        architecture(config),
        checkpoint.layout(),
        config.fusion().describe(),
        checkpoint.tensors().size(),
        checkpoint.tensors().values().stream()
            .map(t -> t.dtype().torchName())
            .distinct()
            .sorted()
            .toList(),
        tokens,
        parameters(
            checkpoint, name -> !TensorNames.isVisionTower(name) && !TensorNames.isFusion(name)),
        parameters(checkpoint, TensorNames::isVisionTower),
        parameters(checkpoint, TensorNames::isFusion),
        (prefillFlops(config.language(), tokens) + prefusionFlops(config)) / 1e12,
        checkpoint.yopoTuning(),
        checkpoint.fingerprint());
  }

  private static String architecture(LlavaConfig config) {
    LlamaConfig language = config.language();
    ClipVisionConfig vision = config.vision();
    return "LLaVA: LLaMA with %d layers of width %d (%d heads, %d for keys and values), CLIP with %d blocks of width %d at %d px in patches of %d px"
        .formatted(
            language.numHiddenLayers(),
            language.hiddenSize(),
            language.numAttentionHeads(),
            language.numKeyValueHeads(),
            vision.numHiddenLayers(),
            vision.hiddenSize(),
            vision.imageSize(),
            vision.patchSize());
  }

  private static long parameters(LlavaCheckpoint checkpoint, Predicate<String> names) {
    return checkpoint.tensors().values().stream()
        .filter(tensor -> names.test(tensor.name()))
        .collect(
            Collectors.toMap(
                tensor -> tensor.file() + "@" + tensor.offset(),
                TensorSlice::elementCount,
                Math::max,
                TreeMap::new))
        .values()
        .stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  /**
   * Returns the floating-point operations of the decoder layers over {@code n} tokens at once, two
   * for each multiply-add: {@code 2 L (2d² + 2dk + 3dm) n + 4 n² d L} with k the width of keys and
   * values. Text, output layer and vision tower are excluded. This count reproduces the figures of
   * the LLaVA-STF paper: 1.9 T for 144 and 7.6 T for 576 tokens at the 7B shape.
   */
  public static double prefillFlops(LlamaConfig config, int n) {
    return layerFlops(config, config.numHiddenLayers(), n);
  }

  /** Returns the same count of LLaVA-Mini's pre-fusion over an image's rows; 0 without it. */
  private static double prefusionFlops(LlavaConfig config) {
    return config
        .fusion()
        .mini()
        .map(m -> layerFlops(config.language(), m.prefusionLayers(), m.rows(config.vision())))
        .orElse(0.0);
  }

  private static double layerFlops(LlamaConfig config, double layers, int n) {
    double d = config.hiddenSize();
    return 2 * layers * config.layerWeights() * n + 4.0 * n * n * d * layers;
  }

  /** Returns the summary as lines, each ended by a line feed. */
  public String toText() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("architecture", architecture);
    lines.put("layout", layout);
    lines.put("variant", variant);
    lines.put("tensors", String.valueOf(tensors));
    lines.put("dtype", String.join(", ", dtypes));
    lines.put("vision tokens per image", String.valueOf(visionTokensPerImage));
    lines.put("parameters, language model", grouped(languageParameters));
    lines.put("parameters, vision tower", grouped(visionParameters));
    lines.put("parameters, token fusion", grouped(fusionParameters));
    lines.put("TFLOPs per image (prefill)", shortNumber(teraFlopsPerImage));
    tuning.ifPresent(yopo -> lines.put("tuned with", yopo.describe()));
    lines.put("fingerprint", fingerprint);
    return lines.entrySet().stream()
        .map(line -> "%-28s%s\n".formatted(line.getKey(), line.getValue()))
        .collect(Collectors.joining());
  }

  /** Returns the summary as keys and values for JSON, in the order of {@link #toText}. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("architecture", architecture);
    map.put("layout", layout);
    map.put("variant", variant);
    map.put("tensors", tensors);
    map.put("dtypes", dtypes);
    map.put("vision_tokens_per_image", visionTokensPerImage);
    map.put("language_parameters", languageParameters);
    map.put("vision_parameters", visionParameters);
    map.put("fusion_parameters", fusionParameters);
    map.put("tflops_per_image", teraFlopsPerImage);
    tuning.ifPresent(yopo -> map.put("tuned_with", yopo.describe()));
    map.put("fingerprint", fingerprint);
    return map;
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Formats with one decimal, or with two significant digits for a model much smaller than 7B. */
  private static String shortNumber(double number) {
    return String.format(Locale.ROOT, number >= 0.1 ? "%.1f" : "%.2g", number);
  }
}
