package org.stfbatch.vocabulary;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Word and character frequencies of texts. A word is a run of letters with the space before it, if
 * any; digits and punctuation are counted only as characters.
 */
final class WordCount {
  private static final Pattern WORD = Pattern.compile(Vocabulary.SPACE + "?\\p{L}+");

  private final SortedMap<String, Long> words = new TreeMap<>();
  private final SortedMap<String, Long> characters = new TreeMap<>();

  /** Counts a text as the tokenizer encodes it: with a space before it. */
  void add(String text) {
    String spaced = Vocabulary.SPACE + text.replace(' ', Vocabulary.SPACE);
    WORD.matcher(spaced).results().forEach(word -> words.merge(word.group(), 1L, Long::sum));
    spaced
        .codePoints()
        .filter(c -> !Character.isWhitespace(c) && !Character.isISOControl(c))
        .forEach(c -> characters.merge(Character.toString(c), 1L, Long::sum));
  }

  Map<String, Long> words() {
    return words;
  }

  Map<String, Long> characters() {
    return characters;
  }
}
