package org.stfbatch.vocabulary;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Learner of a byte-pair encoding (Sennrich, Haddow, Birch 2016): in each step, the most frequent
 * pair of neighbouring pieces becomes a piece. Frequent words end up as one piece.
 *
 * <p>After every step, words are segmented again by the encoder's rule, so that the counts match
 * the encoding. Not thread safe.
 */
public final class VocabularyLearner {
  private final WordCount count = new WordCount();

  /** Adds a text, in the form in which it will be encoded. */
  public void add(String text) {
    count.add(text);
  }

  /**
   * Returns the vocabulary of all texts so far. It has fewer pieces than {@code size} if every word
   * is a single piece earlier. The same texts give the same vocabulary.
   *
   * @param size number of pieces, including the 259 reserved ones
   * @throws IllegalArgumentException if {@code size} has no room for the characters of the texts
   */
  public Vocabulary learn(int size) {
    List<String> characters = characters();
    int room = size - Vocabulary.RESERVED - characters.size();
    if (room < 0) {
      throw new IllegalArgumentException(
          "%d pieces are too few: the characters and bytes alone are %d"
              .formatted(size, size - room));
    }
    List<String> texts = new ArrayList<>(merges(room).inOrder());
    texts.addAll(characters);
    return new Vocabulary(texts);
  }

  private List<String> characters() {
    return count.characters().entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getKey)
        .toList();
  }

  private Merges merges(int room) {
    Merges merges = new Merges();
    Map<String, List<String>> cuts = new HashMap<>();
    count.words().keySet().forEach(word -> cuts.put(word, merges.cut(word)));
    for (int i = 0; i < room; i++) {
      Optional<String> piece = mostFrequentPair(cuts);
      if (piece.isEmpty()) {
        return merges;
      }
      merges.add(piece.get());
      cuts.replaceAll((word, cut) -> word.contains(piece.get()) ? merges.cut(word) : cut);
    }
    return merges;
  }

  /** Of equally frequent pairs, the shortest piece wins, then the alphabetically first. */
  private Optional<String> mostFrequentPair(Map<String, List<String>> cuts) {
    Map<String, Long> pairs = new HashMap<>();
    cuts.forEach(
        (word, cut) -> {
          for (int i = 0; i + 1 < cut.size(); i++) {
            pairs.merge(cut.get(i) + cut.get(i + 1), count.words().get(word), Long::sum);
          }
        });
    return pairs.entrySet().stream()
        .max(
            Map.Entry.<String, Long>comparingByValue()
                .thenComparing(
                    Map.Entry.comparingByKey(
                        Comparator.comparingInt(String::length)
                            .thenComparing(Comparator.naturalOrder())
                            .reversed())))
        .map(Map.Entry::getKey);
  }
}
