package org.stfbatch.engine;

import java.util.List;

/**
 * A text that may be the answer.
 *
 * @param text without white space around it
 * @param tokenIds what comes after the prompt if it is the answer, the end token included
 */
public record AnswerChoice(String text, List<Integer> tokenIds) {
  public AnswerChoice {
    tokenIds = List.copyOf(tokenIds);
  }
}
