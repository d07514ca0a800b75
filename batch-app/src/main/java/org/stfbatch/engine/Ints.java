package org.stfbatch.engine;

import java.util.List;

/** Lists of numbers as the model takes them. */
final class Ints {
  private Ints() {}

  static int[] of(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }
}
