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
 * Merge list of byte-pair encoding, in the order of precedence of {@code tokenizer.json}, converted
 * to a rank of each merged piece.
 *
 * <p>SentencePiece has scores instead of merges: it joins the two neighbours that make the piece of
 * the highest score, the leftmost first among equals. Both rules agree if the merges of each piece
 * are contiguous and complete, as in a list sorted by score. In vocabularies of the LLaMA family,
 * the pieces of two and more spaces share one score below all others, so their merges are mixed at
 * the end of the list.
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
   * @param merges each of the form {@code "a b"} or {@code ["a", "b"]}
   * @param pieces the text pieces, without the reserved ones; merges that make other pieces are
   *     skipped
   * @throws IllegalArgumentException if no scores produce this list; the message says why
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
        throw new IllegalArgumentException(
            "the pairs of %s are not adjacent".formatted(quoted(piece)));
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

  /** Returns the piece as a JSON string, so that messages stay on one line. */
  private static String quoted(String piece) {
    return TextNode.valueOf(piece).toString();
  }

  /**
   * Returns the rank of a piece, from 0 for the one that is joined first. Pieces of the last rank,
   * among them those of one character, share it.
   */
  int rank(String piece) {
    return ranks.getOrDefault(piece, ranks.size());
  }

  /** Whether all merges that make pieces of several spaces are at the end of the list. */
  boolean joinsSpacesLast() {
    return joinsSpacesLast;
  }
}
