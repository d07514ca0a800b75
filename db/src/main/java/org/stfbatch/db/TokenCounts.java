package org.stfbatch.db;

/**
 * Token counts of one answer, or of all answers of a chunk.
 *
 * @param prompt text tokens of the prompt
 * @param vision vision tokens of the image
 * @param generated tokens of the answer
 */
public record TokenCounts(int prompt, int vision, int generated) {

  /** All counts 0. */
  public static final TokenCounts NONE = new TokenCounts(0, 0, 0);

  /** Returns the sum. */
  public TokenCounts plus(TokenCounts other) {
    return new TokenCounts(
        prompt + other.prompt, vision + other.vision, generated + other.generated);
  }
}
