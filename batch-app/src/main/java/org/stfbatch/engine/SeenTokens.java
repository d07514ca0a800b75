package org.stfbatch.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The distinct tokens of a sequence, with the number of their occurrences in its answer. */
final class SeenTokens {
  private static final int INITIAL_CAPACITY = 64;

  private final Map<Integer, Integer> places = new HashMap<>();
  private int[] ids = new int[INITIAL_CAPACITY];
  private int[] counts = new int[INITIAL_CAPACITY];

  void addOfPrompt(int id) {
    place(id);
  }

  void addOfAnswer(int id) {
    int place = place(id);
    counts[place]++;
  }

  private int place(int id) {
    int place = places.computeIfAbsent(id, unseen -> places.size());
    if (place == ids.length) {
      ids = Arrays.copyOf(ids, 2 * place);
      counts = Arrays.copyOf(counts, 2 * place);
    }
    ids[place] = id;
    return place;
  }

  /** Returns the tokens, in the order in which they were first seen. */
  int[] ids() {
    return Arrays.copyOf(ids, places.size());
  }

  /** Returns how often each of {@link #ids} is in the answer. */
  int[] counts() {
    return Arrays.copyOf(counts, places.size());
  }
}
