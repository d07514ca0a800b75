package org.stfbatch.engine;

import java.util.List;

/** Conversion of lists to {@code int} arrays. */
final class Ints {
  private Ints() {}

  static int[] of(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }
}
