package org.stfbatch.engine;

import java.util.List;

/** Detects that an answer has begun to repeat itself, with a few comparisons a token. */
final class RepetitionDetector {
  private final RepetitionDetection settings;

  /** By pattern size: how many of the last tokens equal the one that many positions before. */
  private final int[] repeated;

  private int excess;

  RepetitionDetector(RepetitionDetection settings) {
    this.settings = settings;
    this.repeated = new int[settings.maxPatternSize() + 1];
  }

  /**
   * Takes the newest token into account.
   *
   * @param tokens of the answer, the newest one included
   */
  void accept(List<Integer> tokens) {
    int newest = tokens.size() - 1;
    excess = 0;
    for (int size = 1; size <= settings.maxPatternSize(); size++) {
      boolean equal = newest >= size && tokens.get(newest).equals(tokens.get(newest - size));
      repeated[size] = equal ? repeated[size] + 1 : 0;
      if (excess == 0 && isRepetition(size)) {
        excess = repeated[size];
      }
    }
  }

  private boolean isRepetition(int size) {
    int tokens = size + repeated[size];
    return tokens >= settings.minTokens() && tokens / size >= settings.minCount();
  }

  /**
   * Returns the number of last tokens that repeat those before them: all but the first occurrence
   * of the shortest pattern. 0 if the answer does not repeat itself.
   */
  int excessTokens() {
    return excess;
  }
}
