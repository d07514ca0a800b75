package org.stfbatch.engine;

import java.util.Optional;
import java.util.stream.Collectors;

/**
 * For models without a tokenizer: the ids themselves are the text, and only the length ends an
 * answer.
 */
final class TokenIdText implements AnswerText {
  @Override
  public Optional<FinishReason> finishReason(GeneratedSequence sequence) {
    return sequence.isFull() ? Optional.of(FinishReason.LENGTH) : Optional.empty();
  }

  @Override
  public Answer answer(GeneratedSequence sequence, FinishReason reason) {
    String ids =
        sequence.generated().stream().map(String::valueOf).collect(Collectors.joining(" "));
    return sequence.answer(ids, reason);
  }
}
