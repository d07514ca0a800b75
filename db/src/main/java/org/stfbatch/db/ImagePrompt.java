package org.stfbatch.db;

import java.util.Optional;

/**
 * A prompt and the image that it is about.
 *
 * @param questionId raw JSON text of a question file's {@code question_id} (a number or a string);
 *     may repeat within a run
 * @param category metadata that exports include
 * @param image a relative path, URL or data URI as given; empty for a text-only prompt
 * @param text the question or caption request
 */
public record ImagePrompt(
    Optional<String> questionId, Optional<String> category, Optional<String> image, String text) {

  /**
   * @throws IllegalArgumentException if a text holds NUL or a lone surrogate: see {@link
   *     StoredText}
   */
  public ImagePrompt {
    questionId.ifPresent(id -> StoredText.requireStorable(id, "question_id"));
    category.ifPresent(c -> StoredText.requireStorable(c, "category"));
    image.ifPresent(i -> StoredText.requireStorable(i, "the image reference"));
    StoredText.requireStorable(text, "the prompt");
  }

  /** Returns a prompt about one image, without question id or category. */
  public static ImagePrompt about(String image, String text) {
    return new ImagePrompt(Optional.empty(), Optional.empty(), Optional.of(image), text);
  }
}
