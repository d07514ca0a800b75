package org.stfbatch.vocabulary;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Learned pieces in order, and the segmentation of a word by them, as in SentencePiece: the two
 * neighbours that make the earliest piece are joined, the leftmost first, until no pair makes a
 * piece.
 */
final class Merges {
  private final Map<String, Integer> ranks = new HashMap<>();
  private final List<String> inOrder = new ArrayList<>();

  void add(String piece) {
    ranks.put(piece, inOrder.size());
    inOrder.add(piece);
  }

  List<String> inOrder() {
    return List.copyOf(inOrder);
  }

  List<String> cut(String word) {
    List<String> parts =
        word.codePoints()
            .mapToObj(Character::toString)
            .collect(Collectors.toCollection(ArrayList::new));
    for (int at = bestPair(parts); at >= 0; at = bestPair(parts)) {
      parts.set(at, parts.get(at) + parts.remove(at + 1));
    }
    return parts;
  }

  /** Returns the index of the pair to join next, or -1. */
  private int bestPair(List<String> parts) {
    int best = -1;
    int bestRank = Integer.MAX_VALUE;
    for (int i = 0; i + 1 < parts.size(); i++) {
      int rank = ranks.getOrDefault(parts.get(i) + parts.get(i + 1), Integer.MAX_VALUE);
      if (rank < bestRank) {
        best = i;
        bestRank = rank;
      }
    }
    return best;
  }
}
