package org.stfbatch.evaluation;

import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.stfbatch.base.Digests;

/**
 * A question of a benchmark.
 *
 * @param customId names it among all questions of all benchmarks: made of its row and its content,
 *     so that a changed data set asks other questions
 * @param id as in the data set; may repeat
 * @param category as in the data set
 * @param image a path below the image folder or a data URI; empty for a question of text alone
 * @param message what the model is asked; the image's place is before it unless it holds its marker
 * @param recorded the prompt as the raw answers show it
 * @param options of a question with rounds; empty for all others
 * @param maxNewTokens the longest answer; all benchmarks take the likeliest token at every step
 */
public record Question(
    String customId,
    QuestionId id,
    Optional<String> category,
    Optional<String> image,
    String message,
    String recorded,
    Optional<Options> options,
    int maxNewTokens) {
  private static final int HASH_BYTES = 8;

  /**
   * What there is to choose from.
   *
   * @param texts in the order in which they are offered
   * @param letters that stand before them
   */
  public record Options(List<String> texts, List<String> letters) {
    public Options {
      texts = List.copyOf(texts);
      letters = List.copyOf(letters);
    }
  }

  /**
   * @param row from 1
   */
  static Question of(
      String benchmark,
      long row,
      QuestionId id,
      Optional<String> category,
      Optional<String> image,
      String message,
      String recorded,
      Optional<Options> options,
      int maxNewTokens) {
    String hash = hash(String.join("\n", id.json(), image.orElse(""), message));
    return new Question(
        String.format(Locale.ROOT, "%s-%06d-%s", benchmark, row, hash),
        id,
        category,
        image,
        message,
        recorded,
        options,
        maxNewTokens);
  }

  private static String hash(String content) {
    return HexFormat.of().formatHex(Digests.sha256(content), 0, HASH_BYTES);
  }
}
