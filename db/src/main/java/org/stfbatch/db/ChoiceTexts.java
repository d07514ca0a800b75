package org.stfbatch.db;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.stfbatch.base.Shortened;

/**
 * Answer choices of a job, in the order in which they were given. White space around them is
 * removed, as it is around answers.
 *
 * @param texts stripped, all different
 */
public record ChoiceTexts(List<String> texts) {
  /** The most choices of a job; few enough to be scored together. */
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
