package org.stfbatch.model;

/**
 * An image of a prompt whose tokens are pruned between two layers.
 *
 * @param start position of its first token in the prompt
 * @param tokens number of its tokens
 * @param entry prefix cache entry with its hidden states, or {@link #IN_SPAN}
 */
public record PromptImage(int start, int tokens, int entry) {
  /** The image's tokens run in the same call as the prompt's text. */
  public static final int IN_SPAN = -1;

  /** Returns the position after its last token. */
  public int end() {
    return start + tokens;
  }
}
