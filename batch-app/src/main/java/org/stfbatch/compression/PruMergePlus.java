package org.stfbatch.compression;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * LLaVA-PruMerge+ (Shang et al. 2024, arXiv:2403.15388): PruMerge with patches of a regular grid
 * beside the outliers.
 *
 * <p>Without a budget the grid's step follows from the outliers' share as in the authors' code. A
 * budget replaces outliers and step by fixed numbers, as VTC-CLS's code does for its comparisons
 * (arXiv:2412.05819): with the {@code t} patches of most attention and every {@code s}-th of the
 * 576 patches, {@code t + g - t*g/576 + 1} tokens are to be expected where they overlap by chance,
 * {@code g = ceil(575/s)}. Its numbers for 64, 128 and 256 make about three quarters of the tokens
 * come from the grid; those for 144 and 192 are chosen so, too. The exact number depends on the
 * overlap and so on the image.
 *
 * @param budget about so many tokens; empty for as many as the outliers ask for
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
   * Fixed numbers in place of outliers.
   *
   * @param tokens about so many come out
   * @param top patches of the most attention
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

  /** Without a budget. */
  public static PruMergePlus adaptive() {
    return new PruMergePlus(Optional.empty());
  }

  /**
   * @throws IllegalArgumentException saying which budgets there are, if this is none
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

  /** Empty with a budget, too: how far the grid overlaps the patches of most attention varies. */
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
