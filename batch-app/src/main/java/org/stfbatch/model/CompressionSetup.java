package org.stfbatch.model;

import org.stfbatch.compression.AvgPool;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.DivPrune;
import org.stfbatch.compression.LlaVolta;
import org.stfbatch.compression.PruMerge;
import org.stfbatch.compression.PruMergePlus;
import org.stfbatch.compression.Scope;
import org.stfbatch.compression.VtcCls;
import org.stfbatch.model.checkpoint.ClipVisionConfig;

/**
 * Arguments of {@code compression.py} for a compression strategy, with the same names.
 *
 * @param method of compression
 * @param firstBlock first block whose class token attention is used
 * @param endBlock end of these blocks, exclusive
 * @param lastBlock block whose queries and keys are used; its output is not needed; -1 for none
 * @param tokens number of kept tokens; PruMerge: number of patches kept for their attention, 0 for
 *     the outliers
 * @param step PruMerge: step of the grid, 0 for none, -1 to derive it from the fraction of outliers
 * @param kernel of average pooling, of patches or of tokens that follow each other
 */
record CompressionSetup(
    Method method, int firstBlock, int endBlock, int lastBlock, int tokens, int step, int kernel) {
  /** The methods of {@code compression_method.py}, with the same names. */
  enum Method {
    NONE(0),
    VTC_CLS(1),
    SCOPE(2),
    AVGPOOL(3),
    PRUMERGE(4),
    DIVPRUNE(5),
    POOL_TOKENS(6);

    private final int torchCode;

    Method(int torchCode) {
      this.torchCode = torchCode;
    }

    /** Returns its number in TorchScript. */
    int torchCode() {
      return torchCode;
    }
  }

  private static final int NO_BLOCK = -1;
  private static final int OUTLIERS = 0;
  private static final int NO_GRID = 0;
  private static final int STEP_BY_OUTLIERS = -1;

  static CompressionSetup of(CompressionStrategy strategy, ClipVisionConfig vision) {
    int last = vision.numHiddenLayers() - 1;
    if (strategy instanceof VtcCls vtcCls) {
      return attentive(Method.VTC_CLS, vtcCls.layer(), last, vtcCls.tokens());
    } else if (strategy instanceof Scope scope) {
      return attentive(Method.SCOPE, last - 1, last, scope.tokens());
    } else if (strategy instanceof AvgPool pool) {
      return new CompressionSetup(Method.AVGPOOL, 0, 0, NO_BLOCK, 0, 0, pool.kernel());
    } else if (strategy instanceof PruMerge) {
      return merging(last, OUTLIERS, NO_GRID);
    } else if (strategy instanceof PruMergePlus plus) {
      return plus.budget()
          .map(budget -> merging(last, budget.top(), budget.step()))
          .orElseGet(() -> merging(last, OUTLIERS, STEP_BY_OUTLIERS));
    } else if (strategy instanceof DivPrune divPrune) {
      return new CompressionSetup(Method.DIVPRUNE, 0, 0, NO_BLOCK, divPrune.tokens(), 0, 0);
    } else if (strategy instanceof LlaVolta pool && !pool.actsInside()) {
      return new CompressionSetup(Method.POOL_TOKENS, 0, 0, NO_BLOCK, 0, 0, pool.stride());
    }
    return new CompressionSetup(Method.NONE, 0, 0, NO_BLOCK, 0, 0, 0);
  }

  private static CompressionSetup attentive(
      Method method, int firstBlock, int endBlock, int tokens) {
    return new CompressionSetup(method, firstBlock, endBlock, NO_BLOCK, tokens, 0, 0);
  }

  private static CompressionSetup merging(int lastBlock, int top, int step) {
    return new CompressionSetup(Method.PRUMERGE, 0, 0, lastBlock, top, step, 0);
  }

  /** Returns the number of tower blocks that it needs. */
  int blocks() {
    return Math.max(endBlock, lastBlock);
  }
}
