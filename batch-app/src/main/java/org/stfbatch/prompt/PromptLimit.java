package org.stfbatch.prompt;

/**
 * How long a prompt may be, checked before it is encoded: the engine counts tokens, but encoding a
 * text of many megabytes takes gigabytes of native memory.
 *
 * @param tokens what the model takes
 * @param truncate whether a longer prompt is cut at its end, as the original does, instead of
 *     failing
 */
public record PromptLimit(int tokens, boolean truncate) {
  /**
   * The text, or as much of its beginning as has all the tokens that the model takes.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_TOO_LONG} if it cannot fit and is not to
   *     be cut
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

  /** At white space, where no token reaches across, so that the tokens before it stay the same. */
  private static String cut(String prompt, int most) {
    int end = prompt.indexOf(' ', most);
    boolean near = end >= 0 && end <= 2L * most;
    int at = near ? end : most;
    return prompt.substring(0, Character.isLowSurrogate(prompt.charAt(at)) ? at + 1 : at);
  }
}
