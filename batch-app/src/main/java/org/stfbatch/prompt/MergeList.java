package org.stfbatch.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The pairs of pieces that byte-pair encoding joins, in the order of precedence that {@code
 * tokenizer.json} gives them, read back as scores of the pieces that they make.
 *
 * <p>SentencePiece knows no pairs: it joins the two neighbours that make the piece of the highest
 * score, of equal ones the leftmost. Both come to the same where the pairs of one piece stand
 * together and none is left out, as in a list that was sorted by scores. In the vocabularies of
 * LLaMA's family the pieces of two and more spaces share one score below all others, and so their
 * pairs share the end of the list.
 */
final class MergeList {
  private static final Pattern SPACES = Pattern.compile("\u2581{2,}");

  private record Pair(String left, String right) {
    String piece() {
      return left + right;
    }
  }

  private final Set<String> pieces;
  private final List<Pair> inOrder = new ArrayList<>();
  private final Map<String, Integer> ranks = new HashMap<>();
  private final boolean joinsSpacesLast;

  /**
   * @param merges {@code "a b"} or {@code ["a", "b"]} each
   * @param pieces those of text, without the reserved ones; pairs that make others are passed over
   * @throws IllegalArgumentException saying why no scores can have given this list
   */
  MergeList(JsonNode merges, Set<String> pieces) {
    this.pieces = pieces;
    for (JsonNode merge : merges) {
      Pair pair = pair(merge);
      if (pieces.contains(pair.piece())) {
        inOrder.add(pair);
      }
    }
    joinsSpacesLast = findSpacesLast();
    rank();
    Set<Pair> pairs = new HashSet<>(inOrder);
    pieces.forEach(piece -> requireAllPairs(piece, pairs));
  }

  private static Pair pair(JsonNode merge) {
    String[] parts =
        merge.isArray() && merge.size() == 2
            ? new String[] {merge.get(0).asText(), merge.get(1).asText()}
            : merge.asText().split(" ", -1);
    if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
      throw new IllegalArgumentException(merge + " is no pair");
    }
    return new Pair(parts[0], parts[1]);
  }

  private boolean findSpacesLast() {
    boolean spaces = false;
    for (Pair pair : inOrder) {
      boolean makesSpaces = isSpaces(pair.piece());
      if (spaces && !makesSpaces) {
        return false;
      }
      spaces = makesSpaces;
    }
    return true;
  }

  private static boolean isSpaces(String piece) {
    return SPACES.matcher(piece).matches();
  }

  private void rank() {
    String last = "";
    for (Pair pair : inOrder) {
      String piece = pair.piece();
      if (joinsSpacesLast && isSpaces(piece)) {
        return;
      }
      if (!piece.equals(last) && ranks.put(piece, ranks.size()) != null) {
        throw new IllegalArgumentException("the pairs of %s lie apart".formatted(quoted(piece)));
      }
      last = piece;
    }
  }

  private void requireAllPairs(String piece, Set<Pair> pairs) {
    boolean made = piece.codePointCount(0, piece.length()) == 1;
    for (int cut = piece.offsetByCodePoints(0, 1);
        cut < piece.length();
        cut = piece.offsetByCodePoints(cut, 1)) {
      Pair pair = new Pair(piece.substring(0, cut), piece.substring(cut));
      boolean there = pairs.contains(pair);
      if (!there && pieces.contains(pair.left()) && pieces.contains(pair.right())) {
        throw new IllegalArgumentException(
            "%s and %s are not joined".formatted(quoted(pair.left()), quoted(pair.right())));
      }
      made |= there;
    }
    if (!made) {
      throw new IllegalArgumentException("no pair makes " + quoted(piece));
    }
  }

  /** On one line, whatever it holds. */
  private static String quoted(String piece) {
    return TextNode.valueOf(piece).toString();
  }

  /**
   * A piece's place in the order of precedence, from 0 for what is joined first. Pieces that come
   * last of all, among them those of one character, share a place.
   */
  int rank(String piece) {
    return ranks.getOrDefault(piece, ranks.size());
  }

  /** Whether no pair stands behind the first one that makes a piece of several spaces. */
  boolean joinsSpacesLast() {
    return joinsSpacesLast;
  }
}
