package org.stfbatch.engine;

import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Answer text without a tokenizer: the token ids as text. Only its length and a repetition end an
 * answer.
 */
final class TokenIdText implements AnswerText {
  @Override
  public Optional<FinishReason> finishReason(GeneratedSequence sequence) {
    if (sequence.isRepetition()) {
      return Optional.of(FinishReason.REPETITION);
    }
    return sequence.isFull() ? Optional.of(FinishReason.LENGTH) : Optional.empty();
  }

  @Override
  public Answer answer(GeneratedSequence sequence, FinishReason reason) {
    String ids =
        sequence.withoutRepetition().stream().map(String::valueOf).collect(Collectors.joining(" "));
    return sequence.answer(ids, reason);
  }
}
