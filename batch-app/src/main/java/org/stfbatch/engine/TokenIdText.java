package org.stfbatch.engine;

import java.util.Optional;
import java.util.stream.Collectors;

/** Answer text without a tokenizer: the token ids as text. Only the length ends an answer. */
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
