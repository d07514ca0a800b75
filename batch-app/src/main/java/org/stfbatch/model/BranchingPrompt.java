package org.stfbatch.model;

/**
 * The end of a prompt with alternative continuations.
 *
 * @param end up to the prompt's last token
 * @param continuations the alternatives
 */
public record BranchingPrompt(TokenSpan end, Continuations continuations) {
  /** Returns the number of tokens to be run. */
  public int tokens() {
    return end.length() + continuations.treeTokens();
  }
}
