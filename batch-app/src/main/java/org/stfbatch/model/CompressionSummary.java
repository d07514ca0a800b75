package org.stfbatch.model;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * Effect of a compression strategy on a checkpoint: vision tokens and FLOPs per image.
 *
 * @param strategy with all its options
 * @param visionTokens of an image at the language model's first layer; empty if it depends on the
 *     image
 * @param mostVisionTokens maximum vision tokens of an image
 * @param pruning how the language model prunes them further, if it does
 * @param teraFlops of an image's vision tokens in the language model, in 10^12 operations, see
 *     {@link ModelFlops#visionTokens}; for the maximum if the number depends on the image
 * @param teraFlopsToTheOutput the same by {@link ModelFlops#visionTokensToTheOutput}
 * @param teraFlopsOfQuestion of a whole question: image, {@value #TEXT_TOKENS} tokens of text, and
 *     the first token of the answer
 */
public record CompressionSummary(
    String strategy,
    OptionalInt visionTokens,
    int mostVisionTokens,
    Optional<ImagePruning> pruning,
    double teraFlops,
    double teraFlopsToTheOutput,
    double teraFlopsOfQuestion) {
  /** Tokens of the template and a short question. */
  public static final int TEXT_TOKENS = 60;

  private static final double TERA = 1e12;

  /**
   * @throws IllegalArgumentException if the strategy is undefined for the checkpoint
   */
  public static CompressionSummary of(LlavaCheckpoint checkpoint, CompressionStrategy strategy) {
    return of(checkpoint.config(), strategy, () -> ModelFlops.of(checkpoint, strategy));
  }

  /**
   * Returns the summary of a model of this shape.
   *
   * @throws IllegalArgumentException if the strategy is undefined for it
   */
  public static CompressionSummary of(LlavaConfig config, CompressionStrategy strategy) {
    return of(config, strategy, () -> ModelFlops.of(config, strategy));
  }

  private static CompressionSummary of(
      LlavaConfig config, CompressionStrategy strategy, Supplier<ModelFlops> counts) {
    var shape = config.shape();
    strategy.check(shape);
    ModelFlops flops = counts.get();
    int most = strategy.mostVisionTokens(shape);
    return new CompressionSummary(
        strategy.spec(),
        strategy.visionTokens(shape),
        most,
        ImagePruning.of(strategy, config),
        flops.visionTokens(most) / TERA,
        flops.visionTokensToTheOutput(most) / TERA,
        flops.answer(TEXT_TOKENS, most, 1) / TERA);
  }

  /** Returns the summary as lines, each ended by a line feed. */
  public String toText() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("compression", strategy);
    lines.put("  vision tokens per image", tokens());
    lines.put("  TFLOPs per image", number(teraFlops) + " (layers with attention)");
    lines.put("", number(teraFlopsToTheOutput) + " (layers without attention, plus output layer)");
    lines.put(
        "  TFLOPs per question",
        number(teraFlopsOfQuestion) + " (encoding and text included, causal attention)");
    return lines.entrySet().stream()
        .map(line -> "%-28s%s\n".formatted(line.getKey(), line.getValue()))
        .collect(Collectors.joining());
  }

  private String tokens() {
    String first =
        visionTokens.isPresent()
            ? String.valueOf(visionTokens.getAsInt())
            : "at most %d, depending on the image".formatted(mostVisionTokens);
    return pruning
        .map(p -> "%s, %d from layer %d on".formatted(first, p.keep(), p.layer()))
        .orElse(first);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 0.1 ? "%.2f" : "%.2g", value);
  }

  /** Returns the summary as keys and values for JSON. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("strategy", strategy);
    map.put("vision_tokens_per_image", visionTokens.isPresent() ? visionTokens.getAsInt() : null);
    map.put("most_vision_tokens_per_image", mostVisionTokens);
    map.put("pruned_at_layer", pruning.map(ImagePruning::layer).orElse(null));
    map.put("kept_vision_tokens", pruning.map(ImagePruning::keep).orElse(null));
    map.put("tflops_per_image", teraFlops);
    map.put("tflops_per_image_with_output_layer", teraFlopsToTheOutput);
    map.put("tflops_per_question", teraFlopsOfQuestion);
    return map;
  }
}
