package org.stfbatch.compression;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * LLaVA-PruMerge+ (Shang et al. 2024, arXiv:2403.15388): PruMerge that keeps the patches of a
 * regular grid in addition to the outliers.
 *
 * <p>Without a budget, the grid's step follows from the fraction of outliers, as in the authors'
 * code. A budget replaces outliers and step by fixed numbers, as VTC-CLS's code does for its
 * comparisons (arXiv:2412.05819): with the {@code t} patches of highest attention and every {@code
 * s}-th of the 576 patches, the expected number of tokens is {@code t + g - t*g/576 + 1} if the two
 * sets overlap by chance, with {@code g = ceil(575/s)}. VTC-CLS's numbers for 64, 128 and 256 take
 * about three quarters of the tokens from the grid; those for 144 and 192 are chosen by the same
 * rule. The exact number depends on the overlap and therefore on the image.
 *
 * @param budget approximate number of tokens; empty for a number that follows from the outliers
 */
public record PruMergePlus(Optional<Budget> budget) implements CompressionStrategy {
  private static final int PATCHES = 576;

  private static final List<Budget> BUDGETS =
      List.of(
          new Budget(64, 13, 11),
          new Budget(128, 40, 6),
          new Budget(144, 35, 5),
          new Budget(192, 63, 4),
          new Budget(256, 95, 3));

  /**
   * Fixed numbers that replace outlier detection.
   *
   * @param tokens approximate number of resulting tokens
   * @param top number of patches with the highest attention
   * @param step of the grid, in patches of the row-major sequence
   */
  public record Budget(int tokens, int top, int step) {
    /**
     * Patches 0, step, 2 * step and so on; the last patch is never one of them, as in the authors'
     * code.
     */
    private int gridPatches(int patches) {
      return (patches - 1 + step - 1) / step;
    }
  }

  /** Returns the strategy without a budget. */
  public static PruMergePlus adaptive() {
    return new PruMergePlus(Optional.empty());
  }

  /**
   * @throws IllegalArgumentException if there is no such budget; the message lists those that exist
   */
  public static PruMergePlus of(int tokens) {
    Optional<Budget> budget = BUDGETS.stream().filter(b -> b.tokens() == tokens).findFirst();
    if (budget.isEmpty()) {
      throw new IllegalArgumentException(
          "prumerge+ has no budget of %d tokens: choose one of %s, or leave tokens out"
              .formatted(
                  tokens, KnownStrategy.list(BUDGETS.stream().map(Budget::tokens).toList())));
    }
    return new PruMergePlus(budget);
  }

  @Override
  public String name() {
    return "prumerge+";
  }

  @Override
  public String spec() {
    return budget.map(b -> name() + ":tokens=" + b.tokens()).orElse(name());
  }

  /**
   * Empty even with a budget: the overlap of the grid and the patches of highest attention varies.
   */
  @Override
  public OptionalInt visionTokens(CheckpointShape shape) {
    return OptionalInt.empty();
  }

  @Override
  public int mostVisionTokens(CheckpointShape shape) {
    int patches = shape.patches();
    return budget
        .map(b -> Math.min(patches, b.top() + b.gridPatches(patches)) + 1)
        .orElse(patches + 1);
  }

  @Override
  public void check(CheckpointShape shape) {
    shape.requireStockProjector(this);
    if (budget.isPresent() && shape.patches() != PATCHES) {
      throw new IllegalArgumentException(
          "%s is defined for %d patches and the vision tower has %d: use prumerge+ without tokens"
              .formatted(spec(), PATCHES, shape.patches()));
    }
  }
}
