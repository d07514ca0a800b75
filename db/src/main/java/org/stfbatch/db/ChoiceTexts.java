package org.stfbatch.db;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.stfbatch.base.Shortened;

/**
 * The texts of which an answer is to be one, in the order in which they were given. White space
 * around them does not count, as it does not around answers.
 *
 * @param texts stripped, all different
 */
public record ChoiceTexts(List<String> texts) {
  /** More than anyone needs to write out, and few enough to be tried together. */
  public static final int MOST = 1000;

  /**
   * @throws IllegalArgumentException if there is none, one is empty or not storable, two are the
   *     same, or there are more than {@value #MOST}
   */
  public ChoiceTexts {
    texts = texts.stream().map(String::strip).toList();
    require(!texts.isEmpty(), "choices has no text: name one at least, or leave it out");
    require(texts.size() <= MOST, "choices has more than " + MOST + " texts");
    Set<String> seen = new HashSet<>();
    for (String text : texts) {
      StoredText.requireStorable(text, "a choice");
      require(!text.isEmpty(), "choices holds an empty text");
      if (!seen.add(text)) {
        throw new IllegalArgumentException("choices holds '" + Shortened.given(text) + "' twice");
      }
    }
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
