package org.stfbatch.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A successful outcome: a generated or chosen answer.
 *
 * @param text decoded without special tokens, stripped; may contain any character, including U+0000
 * @param tokenIds the answer's ids, including the end token if there was one
 * @param finishReason why it ended
 * @param promptTokens text positions of the prompt
 * @param visionTokens vision token positions of the prompt
 * @param timings where its time was spent
 * @param logProbabilities natural logarithms by choice text, in the order of the choices, see
 *     {@link AnswerChoices}; empty for a generated answer
 */
public record Answer(
    String text,
    List<Integer> tokenIds,
    FinishReason finishReason,
    int promptTokens,
    int visionTokens,
    Timings timings,
    Map<String, Double> logProbabilities)
    implements Outcome {
  public Answer {
    tokenIds = List.copyOf(tokenIds);
    logProbabilities = Collections.unmodifiableMap(new LinkedHashMap<>(logProbabilities));
  }

  /** Creates a generated answer. */
  public Answer(
      String text,
      List<Integer> tokenIds,
      FinishReason finishReason,
      int promptTokens,
      int visionTokens,
      Timings timings) {
    this(text, tokenIds, finishReason, promptTokens, visionTokens, timings, Map.of());
  }

  public int generatedTokens() {
    return tokenIds.size();
  }
}
