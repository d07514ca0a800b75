package org.stfbatch.cli.bench;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.stfbatch.bench.BenchModel;
import picocli.CommandLine.Option;

/** The measured model. */
final class BenchShapeOptions {
  @Option(
      names = "--shape",
      defaultValue = "7b",
      paramLabel = "SHAPE",
      description =
          "7b or small, with random weights, or the folder of a checkpoint. Default: ${DEFAULT-VALUE}")
  private String shape;

  @Option(
      names = "--layers",
      paramLabel = "N",
      description = "Number of layers of the language model, to fit a small machine. Default: all")
  private Integer layers;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Vision tokens per image: 144 (LLaVA-STF, the default) or 576 (LLaVA-1.5).")
  private Integer tokens;

  @Option(
      names = "--fusion",
      split = "/",
      paramLabel = "VARIANT",
      description =
          "Token fusion of a shape with random weights, by the names of model new, instead of --tokens. --compare fusion takes several, separated by /.")
  private List<String> fusions;

  /**
   * @throws IllegalArgumentException if the options contradict each other
   */
  BenchModel model() {
    List<BenchModel> models = models();
    if (models.size() > 1) {
      throw new IllegalArgumentException(
          "--fusion takes one variant here, not %d: compare several with --compare fusion"
              .formatted(models.size()));
    }
    return models.get(0);
  }

  /** Returns a model for each variant, or the only model. */
  List<BenchModel> models() {
    if (fusions == null) {
      return List.of(model(Optional.ofNullable(tokens).map(BenchModel::fusion)));
    }
    if (tokens != null) {
      throw new IllegalArgumentException("--fusion sets the vision tokens: leave --tokens out");
    }
    return fusions.stream().map(Optional::of).map(this::model).toList();
  }

  /**
   * Returns LLaVA-1.5 and LLaVA-STF of this shape.
   *
   * @throws IllegalArgumentException if the options name other variants
   */
  List<BenchModel> unfusedAndFused() {
    if (fusions != null) {
      throw new IllegalArgumentException(
          "--compare tokens measures LLaVA-STF against LLaVA-1.5: compare --fusion with --compare fusion");
    }
    return Stream.of(BenchModel.UNFUSED, BenchModel.FUSED)
        .map(BenchModel::fusion)
        .map(Optional::of)
        .map(this::model)
        .toList();
  }

  private BenchModel model(Optional<String> fusion) {
    OptionalInt depth = layers == null ? OptionalInt.empty() : OptionalInt.of(layers);
    return BenchModel.of(shape, depth, fusion);
  }
}
