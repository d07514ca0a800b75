package org.stfbatch.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PythonText;
import org.stfbatch.prompt.StopStrings;

/**
 * Answer text by the model's tokenizer. An answer ends at an end token, at a stop text, when it
 * repeats itself or at its maximum length.
 */
final class TokenizedText implements AnswerText {
  private final LlamaTokenizer tokenizer;
  private final Set<Integer> ends;

  /**
   * @param eosTokenIds tokens that end an answer, besides the tokenizer's own end token
   */
  TokenizedText(LlamaTokenizer tokenizer, List<Integer> eosTokenIds) {
    this.tokenizer = tokenizer;
    this.ends = new HashSet<>(eosTokenIds);
    this.ends.add(tokenizer.eosTokenId());
  }

  @Override
  public Optional<FinishReason> finishReason(GeneratedSequence sequence) {
    if (ends.contains(sequence.newestToken())) {
      return Optional.of(FinishReason.END_TOKEN);
    }
    int[] ids = ids(sequence);
    if (stopStrings(sequence).found(ids, ids.length).isPresent()) {
      return Optional.of(FinishReason.STOP_TEXT);
    }
    if (sequence.isRepetition()) {
      return Optional.of(FinishReason.REPETITION);
    }
    return sequence.isFull() ? Optional.of(FinishReason.LENGTH) : Optional.empty();
  }

  @Override
  public Answer answer(GeneratedSequence sequence, FinishReason reason) {
    boolean repeats = reason == FinishReason.REPETITION;
    int[] ids = repeats ? Ints.of(sequence.withoutRepetition()) : ids(sequence);
    String text = tokenizer.decode(ids, true);
    if (reason == FinishReason.STOP_TEXT) {
      text = stopStrings(sequence).cut(text);
    }
    return sequence.answer(PythonText.strip(text), reason);
  }

  private StopStrings stopStrings(GeneratedSequence sequence) {
    return new StopStrings(sequence.generation().stop(), tokenizer);
  }

  private static int[] ids(GeneratedSequence sequence) {
    return sequence.generated().stream().mapToInt(Integer::intValue).toArray();
  }
}
