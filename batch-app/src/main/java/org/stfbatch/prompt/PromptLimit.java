package org.stfbatch.prompt;

/**
 * Length limit of a prompt, checked before it is encoded: encoding a text of many megabytes takes
 * gigabytes of native memory.
 *
 * @param tokens most tokens that the model accepts
 * @param truncate whether a longer prompt is cut at its end, as in the original, instead of failing
 */
public record PromptLimit(int tokens, boolean truncate) {
  /**
   * Returns the text, or a beginning of it that has at least as many tokens as the model accepts.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_TOO_LONG} if it cannot fit and {@code
   *     truncate} is not set
   */
  public String checked(String prompt, LlamaTokenizer tokenizer) {
    int most = tokenizer.mostCharacters(tokens);
    if (prompt.length() <= most) {
      return prompt;
    }
    if (truncate) {
      return cut(prompt, most);
    }
    throw new PromptException(
        PromptErrorCode.PROMPT_TOO_LONG,
        "the prompt has %d characters, and the model takes %d tokens, which are at most %d characters: shorten it, or cut it with --truncate"
            .formatted(prompt.length(), tokens, most));
  }

  /** Cuts at a space if one is near: no token spans it, so the tokens before it stay the same. */
  private static String cut(String prompt, int most) {
    int end = prompt.indexOf(' ', most);
    boolean near = end >= 0 && end <= 2L * most;
    int at = near ? end : most;
    return prompt.substring(0, Character.isLowSurrogate(prompt.charAt(at)) ? at + 1 : at);
  }
}
