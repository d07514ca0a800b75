package org.stfbatch.evaluation;

import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.stfbatch.base.Digests;

/**
 * Question of a benchmark.
 *
 * @param customId unique name across all benchmarks, derived from the row and the content, so that
 *     a changed data set gives different names
 * @param id as in the data set; may repeat
 * @param category as in the data set
 * @param image a path below the image folder or a data URI; empty for a text-only question
 * @param message the text for the model; the image precedes it unless it holds an image marker
 * @param recorded the prompt as recorded in the raw answers
 * @param options of a question with rounds; empty for all others
 * @param maxNewTokens maximum length of the answer; all benchmarks use greedy decoding
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
   * Options of a multiple-choice question.
   *
   * @param texts in the order in which they are offered
   * @param letters that precede them
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
