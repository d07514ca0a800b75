package org.stfbatch.db;

/**
 * Tokens of one answer, or of all answers of a chunk.
 *
 * @param prompt text tokens of the prompt
 * @param vision tokens that the image became
 * @param generated tokens of the answer
 */
public record TokenCounts(int prompt, int vision, int generated) {

  /** Nothing counted yet. */
  public static final TokenCounts NONE = new TokenCounts(0, 0, 0);

  /** The sum. */
  public TokenCounts plus(TokenCounts other) {
    return new TokenCounts(
        prompt + other.prompt, vision + other.vision, generated + other.generated);
  }
}
