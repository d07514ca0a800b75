package org.stfbatch.engine;

import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The n-grams of a sequence, as the tokens that followed each sequence of n - 1 tokens. */
final class SeenNgrams {
  private static final int INITIAL_CAPACITY = 64;

  private final int size;
  private final Map<IntBuffer, Set<Integer>> followers = new HashMap<>();
  private int[] tokens = new int[INITIAL_CAPACITY];
  private int length;

  /**
   * @param size n, at least 1
   */
  SeenNgrams(int size) {
    this.size = size;
  }

  void add(int token) {
    if (length >= size - 1) {
      followers.computeIfAbsent(lastTokens(), unseen -> new LinkedHashSet<>()).add(token);
    }
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * length);
    }
    tokens[length++] = token;
  }

  /** Ends the n-grams before an image: none reaches across it. */
  void addImage() {
    length = 0;
  }

  /** Returns the tokens that would complete an n-gram that the sequence already has. */
  int[] completing() {
    Set<Integer> found =
        length < size - 1 ? Set.of() : followers.getOrDefault(lastTokens(), Set.of());
    return found.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Returns the last n - 1 tokens, as a value with equality. */
  private IntBuffer lastTokens() {
    return IntBuffer.wrap(Arrays.copyOfRange(tokens, length - (size - 1), length));
  }
}
