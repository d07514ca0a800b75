package org.stfbatch.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer, generated or chosen.
 *
 * @param text decoded without special tokens, stripped; may hold any character, U+0000 too
 * @param tokenIds the answer's ids, with the end token if there was one
 * @param finishReason why it ended
 * @param promptTokens positions of the prompt that hold text
 * @param visionTokens positions of the prompt that hold vision tokens
 * @param timings where its time went
 * @param logProbabilities of the texts that it was chosen from, in their order: natural logarithms,
 *     see {@link AnswerChoices}; empty if it was generated
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

  /** A generated answer. */
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
