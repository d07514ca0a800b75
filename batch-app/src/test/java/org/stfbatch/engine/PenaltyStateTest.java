package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.stfbatch.model.TokenPenalties;
import org.stfbatch.prompt.LlamaTokenizer;

/** Which tokens the penalties of a sequence concern. */
final class PenaltyStateTest {
  private static final int IMAGE = LlamaTokenizer.IMAGE_TOKEN_INDEX;
  private static final Penalties REPETITION = new Penalties(1.5, 0, 0, 0);

  @Test
  void theRepetitionPenaltyIsForTextOfPromptAndAnswer() {
    PenaltyState state = state(REPETITION, 1, 7, IMAGE, 7, 8);
    state.accept(9);
    state.accept(8);
    state.accept(9);

    TokenPenalties.Row row = state.row(3);

    assertThat(row.row()).isEqualTo(3);
    assertThat(row.repetition()).isEqualTo(1.5f);
    assertThat(row.tokens()).containsExactly(1, 7, 8, 9);
    assertThat(row.counts()).containsExactly(0, 0, 1, 2);
    assertThat(row.banned()).isEmpty();
  }

  @Test
  void presenceAndFrequencyPenaltiesAreForTheAnswerAlone() {
    PenaltyState state = state(new Penalties(1, 0, 0.5, 0.25), 1, 7, 8);
    state.accept(8);
    state.accept(5);
    state.accept(8);

    TokenPenalties.Row row = state.row(0);

    assertThat(row.presence()).isEqualTo(0.5f);
    assertThat(row.frequency()).isEqualTo(0.25f);
    assertThat(row.tokens()).containsExactly(8, 5);
    assertThat(row.counts()).containsExactly(2, 1);
  }

  @Test
  void anAnswerMayHaveManyTokens() {
    PenaltyState state = state(new Penalties(1.5, 2, 0, 0), 1, 2);
    int[] answer = IntStream.range(0, 1000).map(i -> i % 300).toArray();
    IntStream.of(answer).forEach(state::accept);

    TokenPenalties.Row row = state.row(0);

    assertThat(row.tokens()).hasSize(300);
    assertThat(IntStream.of(row.counts()).sum()).isEqualTo(1000);
    assertThat(row.banned()).containsExactly(100);
  }

  /**
   * Of 1 1 2 1, the last token, 1, was followed by 1 and by 2; of 0 1 0 1, it was followed by 0.
   */
  @Test
  void aTokenThatCompletesABigramAgainIsBanned() {
    assertThat(banned(2, 1, 1, 2, 1)).containsExactlyInAnyOrder(1, 2);
    assertThat(banned(2, 0, 1, 0, 1)).containsExactly(0);
  }

  /** Of 1 1 2 1, the last two tokens, 2 1, are there once; of 0 1 0 1, 0 1 was followed by 0. */
  @Test
  void aTokenThatCompletesATrigramAgainIsBanned() {
    assertThat(banned(3, 1, 1, 2, 1)).isEmpty();
    assertThat(banned(3, 0, 1, 0, 1)).containsExactly(0);
  }

  @Test
  void ofSizeOneEveryTokenThatWasThereIsBanned() {
    assertThat(banned(1, 4, 5, 4)).containsExactlyInAnyOrder(4, 5);
  }

  @Test
  void sizesBeyondTheSequenceBanNothing() {
    assertThat(banned(5, 1, 1, 1, 1)).isEmpty();
    assertThat(banned(Integer.MAX_VALUE, 1, 1, 1, 1)).isEmpty();
  }

  @Test
  void tokensOfTheAnswerCompleteNgramsOfThePrompt() {
    PenaltyState state = state(new Penalties(1, 3, 0, 0), 3, 4, 5, 9);
    state.accept(3);
    state.accept(4);

    assertThat(state.row(0).banned()).containsExactly(5);
  }

  @Test
  void noNgramReachesAcrossAnImage() {
    PenaltyState state = state(new Penalties(1, 2, 0, 0), 1, 7, IMAGE, 8);
    state.accept(7);

    assertThat(state.row(0).banned()).isEmpty();

    state.accept(8);
    state.accept(7);

    assertThat(state.row(0).banned()).containsExactly(8);
  }

  private static int[] banned(int size, int... tokens) {
    return state(new Penalties(1, size, 0, 0), tokens).row(0).banned();
  }

  private static PenaltyState state(Penalties penalties, int... prompt) {
    boolean pictured = PromptLayout.hasMarkers(prompt);
    return new PenaltyState(
        penalties, PromptLayout.of(prompt, pictured ? new int[] {3} : new int[0]));
  }
}
