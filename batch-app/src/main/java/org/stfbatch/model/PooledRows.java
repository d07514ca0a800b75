package org.stfbatch.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.stfbatch.model.TorchModule.Tensor;

/**
 * The tokens of a training batch that remain from the layer on at which images are pooled, as the
 * module's input: [4, U] source, row, column and target; and the first tokens of the means, [M]. A
 * source is an index into the batch's tokens followed by the means. Both are empty if nothing is
 * pooled.
 *
 * <p>Tokens of an image that fill no whole mean are dropped, also where the maximum length cuts an
 * image. A mean has no label: the target of an image's last mean is the label of the text that
 * follows.
 */
final class PooledRows {
  private static final int FIELDS = 4;
  private static final int TARGET = 3;

  private final int tokensPerPicture;
  private final int stride;
  private final int batchTokens;
  private final List<Integer> firsts = new ArrayList<>();
  private final List<long[]> remaining = new ArrayList<>();

  private PooledRows(int tokensPerPicture, int stride, int batchTokens) {
    this.tokensPerPicture = tokensPerPicture;
    this.stride = stride;
    this.batchTokens = batchTokens;
  }

  /**
   * @param pooling empty if nothing is pooled
   */
  static PooledRows of(
      List<TrainingRow> rows, int tokensPerPicture, Optional<ImagePruning> pooling) {
    int tokens = rows.stream().mapToInt(TrainingRow::length).sum();
    PooledRows pooled =
        new PooledRows(tokensPerPicture, pooling.map(ImagePruning::stride).orElse(0), tokens);
    boolean pools = pooling.isPresent() && rows.stream().anyMatch(row -> row.pictures() > 0);
    int firstToken = 0;
    for (int row = 0; pools && row < rows.size(); row++) {
      pooled.add(rows.get(row), row, firstToken);
      firstToken += rows.get(row).length();
    }
    return pooled;
  }

  /** Returns the number of tokens of a row that pooling removes. */
  static int dropped(TrainingRow row, int tokensPerPicture, ImagePruning pooling) {
    int stride = pooling.stride();
    int vision = (int) IntStream.of(row.visionIndex()).filter(i -> i != TokenSpan.TEXT).count();
    int whole = vision / tokensPerPicture;
    int means = whole * (tokensPerPicture / stride) + (vision - whole * tokensPerPicture) / stride;
    return vision - means;
  }

  private void add(TrainingRow row, int number, int firstToken) {
    int first = remaining.size();
    for (int i = 0; i < row.length(); i++) {
      if (row.visionIndex()[i] == TokenSpan.TEXT) {
        if (remaining.size() > first) {
          remaining.get(remaining.size() - 1)[TARGET] = row.labels()[i];
        }
        add(firstToken + i, number, remaining.size() - first);
      } else if (beginsMean(row, i)) {
        add(batchTokens + firsts.size(), number, remaining.size() - first);
        firsts.add(firstToken + i);
      }
    }
  }

  /** Whether a mean of whole tokens of one image begins at this vision token. */
  private boolean beginsMean(TrainingRow row, int token) {
    int index = row.visionIndex()[token] % tokensPerPicture;
    return index % stride == 0
        && index + stride <= tokensPerPicture
        && token + stride <= row.length();
  }

  private void add(int source, int row, int column) {
    remaining.add(new long[] {source, row, column, TrainingRow.IGNORED});
  }

  /** Returns the index of the first token of each mean. */
  Tensor firsts() {
    return Tensor.int64(firsts.stream().mapToInt(Integer::intValue).toArray());
  }

  Tensor remaining() {
    return PruningTable.columns(remaining, FIELDS);
  }
}
