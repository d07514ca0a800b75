package org.stfbatch.engine;

import java.util.List;

/**
 * A generated answer.
 *
 * @param text decoded without special tokens, stripped; may hold any character, U+0000 too
 * @param tokenIds the generated ids, with the end token if there was one
 * @param finishReason why it ended
 * @param promptTokens positions of the prompt that hold text
 * @param visionTokens positions of the prompt that hold vision tokens
 * @param timings where its time went
 */
public record Answer(
    String text,
    List<Integer> tokenIds,
    FinishReason finishReason,
    int promptTokens,
    int visionTokens,
    Timings timings)
    implements Outcome {
  public Answer {
    tokenIds = List.copyOf(tokenIds);
  }

  public int generatedTokens() {
    return tokenIds.size();
  }
}
