package org.stfbatch.engine;

import java.util.Optional;
import org.stfbatch.model.TokenPenalties;
import org.stfbatch.model.TokenSpan;

/** What the penalties of one sequence depend on, updated token by token. */
final class PenaltyState {
  private static final int[] NO_TOKENS = {};

  private final Penalties penalties;
  private final SeenTokens tokens = new SeenTokens();
  private final Optional<SeenNgrams> ngrams;

  /**
   * @param prompt laid out and truncated
   */
  PenaltyState(Penalties penalties, PromptLayout prompt) {
    this.penalties = penalties;
    this.ngrams =
        penalties.noRepeatNgramSize() == 0
            ? Optional.empty()
            : Optional.of(new SeenNgrams(penalties.noRepeatNgramSize()));
    for (int i = 0; i < prompt.length(); i++) {
      if (prompt.visionIndex()[i] != TokenSpan.TEXT) {
        ngrams.ifPresent(SeenNgrams::addImage);
      } else {
        addOfPrompt(prompt.tokenIds()[i]);
      }
    }
  }

  private void addOfPrompt(int token) {
    if (penalties.countsPrompt()) {
      tokens.addOfPrompt(token);
    }
    ngrams.ifPresent(seen -> seen.add(token));
  }

  /** Takes a token of the answer into account. */
  void accept(int token) {
    if (penalties.countsAnswer()) {
      tokens.addOfAnswer(token);
    }
    ngrams.ifPresent(seen -> seen.add(token));
  }

  /** Returns the penalties on the next token of the sequence, which is in this row of a step. */
  TokenPenalties.Row row(int row) {
    return new TokenPenalties.Row(
        row,
        (float) penalties.repetition(),
        (float) penalties.frequency(),
        (float) penalties.presence(),
        tokens.ids(),
        tokens.counts(),
        ngrams.map(SeenNgrams::completing).orElse(NO_TOKENS));
  }
}
