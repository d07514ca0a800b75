package org.stfbatch.vocabulary;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Learns a byte-pair encoding (Sennrich, Haddow, Birch 2016): again and again, the two neighbours
 * that stand together most often become a piece. Words that are frequent end up as one piece.
 *
 * <p>Words are cut anew by the encoder's own rule after every step, so that what is counted is what
 * will be encoded. Not thread safe.
 */
public final class VocabularyLearner {
  private final WordCount count = new WordCount();

  /** Learns from a text, as it will be encoded. */
  public void add(String text) {
    count.add(text);
  }

  /**
   * The vocabulary of all texts so far. It has fewer pieces than asked for if every word is a piece
   * before. The same texts give the same vocabulary.
   *
   * @param size number of pieces, the 259 reserved ones included
   * @throws IllegalArgumentException if that leaves no room for the characters of the texts
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

  /** Of pairs that are as frequent, the shorter is taken, and then by the alphabet. */
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
