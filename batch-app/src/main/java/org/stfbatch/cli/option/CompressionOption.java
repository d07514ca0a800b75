package org.stfbatch.cli.option;

import java.util.List;
import java.util.function.Supplier;
import org.stfbatch.compression.CheckpointShape;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.StrategyHelp;
import picocli.CommandLine.Option;

/** Option for vision token compression. */
public final class CompressionOption {
  @Option(
      names = "--compress",
      defaultValue = "none",
      split = CompressionStrategy.SEPARATOR,
      splitSynopsisLabel = "/",
      paramLabel = "SPEC",
      description = {
        "Reduce vision tokens, or the work for them, on LLaVA-1.5 checkpoints; fastv, llavolta and yopo also on LLaVA-STF and TokenPacker, none of them on LLaVA-Mini. Commands that compare take several strategies, separated by /:",
        StrategyHelp.NONE,
        StrategyHelp.VTC_CLS,
        StrategyHelp.FASTV,
        StrategyHelp.LLAVOLTA,
        StrategyHelp.YOPO,
        StrategyHelp.PRUMERGE,
        StrategyHelp.PRUMERGE_PLUS,
        StrategyHelp.AVGPOOL,
        StrategyHelp.SCOPE,
        StrategyHelp.DIVPRUNE,
        "Default: ${DEFAULT-VALUE}"
      })
  private List<String> specs;

  /**
   * Returns the only strategy.
   *
   * @throws IllegalArgumentException if there are several, or if it cannot be parsed
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
   * Returns all strategies in their order.
   *
   * @throws IllegalArgumentException if one cannot be parsed or occurs twice
   */
  public List<CompressionStrategy> strategies() {
    List<CompressionStrategy> strategies = specs.stream().map(CompressionStrategy::parse).toList();
    if (strategies.stream().distinct().count() < strategies.size()) {
      throw new IllegalArgumentException("--compress has a strategy twice: give each once");
    }
    return strategies;
  }

  /** Returns whether any strategy compresses, so that a checkpoint may not support it. */
  public boolean isGiven() {
    return strategies().stream().anyMatch(CompressionStrategy::compresses);
  }

  /**
   * @param shape shape of the checkpoint; called only if there is anything to check
   * @throws IllegalArgumentException if a strategy cannot be parsed, occurs twice or is undefined
   *     for the checkpoint
   */
  void check(Supplier<CheckpointShape> shape) {
    if (isGiven()) {
      CheckpointShape checkpoint = shape.get();
      strategies().forEach(strategy -> strategy.check(checkpoint));
    }
  }
}
