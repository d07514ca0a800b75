package org.stfbatch.model;

/**
 * A prompt's end with the ways in which it may go on.
 *
 * @param end up to the prompt's last token
 * @param continuations what may come after it
 */
public record BranchingPrompt(TokenSpan end, Continuations continuations) {
  /** Tokens to be run. */
  public int tokens() {
    return end.length() + continuations.treeTokens();
  }
}
