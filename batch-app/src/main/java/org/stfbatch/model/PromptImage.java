package org.stfbatch.model;

/**
 * An image of a prompt whose tokens are pruned on their way through the layers.
 *
 * @param start position of its first token in the prompt
 * @param tokens how many it has
 * @param entry where its hidden states lie, or {@link #IN_SPAN}
 */
public record PromptImage(int start, int tokens, int entry) {
  /** The image's tokens are run together with the prompt's text. */
  public static final int IN_SPAN = -1;

  /** The position after its last token. */
  public int end() {
    return start + tokens;
  }
}
