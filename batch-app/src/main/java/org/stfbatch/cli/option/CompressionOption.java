package org.stfbatch.cli.option;

import java.util.List;
import java.util.function.Supplier;
import org.stfbatch.compression.CheckpointShape;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.StrategyHelp;
import picocli.CommandLine.Option;

/** How the language model gets fewer vision tokens. */
public final class CompressionOption {
  @Option(
      names = "--compress",
      defaultValue = "none",
      // No strategy and no option of one holds it.
      split = "/",
      paramLabel = "SPEC",
      description = {
        "Fewer vision tokens without training, on LLaVA-1.5 checkpoints (fastv on all). Commands that compare take several, separated by /:",
        StrategyHelp.NONE,
        StrategyHelp.VTC_CLS,
        StrategyHelp.FASTV,
        StrategyHelp.PRUMERGE,
        StrategyHelp.PRUMERGE_PLUS,
        StrategyHelp.AVGPOOL,
        StrategyHelp.SCOPE,
        StrategyHelp.DIVPRUNE,
        "Default: ${DEFAULT-VALUE}"
      })
  private List<String> specs;

  /**
   * The only one.
   *
   * @throws IllegalArgumentException if there are several, or if it cannot be read
   */
  public CompressionStrategy strategy() {
    if (specs.size() > 1) {
      throw new IllegalArgumentException(
          "--compress takes one strategy here, not %d: give a run for each"
              .formatted(specs.size()));
    }
    return strategies().get(0);
  }

  /**
   * All, in their order.
   *
   * @throws IllegalArgumentException if one cannot be read or is there twice
   */
  public List<CompressionStrategy> strategies() {
    List<CompressionStrategy> strategies = specs.stream().map(CompressionStrategy::parse).toList();
    if (strategies.stream().distinct().count() < strategies.size()) {
      throw new IllegalArgumentException("--compress has a strategy twice: give each once");
    }
    return strategies;
  }

  /** Whether there is anything that a checkpoint could be at odds with. */
  public boolean isGiven() {
    return strategies().stream().anyMatch(CompressionStrategy::compresses);
  }

  /**
   * @param shape of the checkpoint; asked for only if there is anything to check
   * @throws IllegalArgumentException if a strategy is undefined for it, there twice, or no strategy
   */
  void check(Supplier<CheckpointShape> shape) {
    if (isGiven()) {
      CheckpointShape checkpoint = shape.get();
      strategies().forEach(strategy -> strategy.check(checkpoint));
    }
  }
}
