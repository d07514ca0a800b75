package org.stfbatch.engine;

import java.util.List;

/**
 * One of the texts that an answer is chosen from.
 *
 * @param text without leading or trailing white space
 * @param tokenIds the tokens that follow the prompt if this is the answer, including the end token
 */
public record AnswerChoice(String text, List<Integer> tokenIds) {
  public AnswerChoice {
    tokenIds = List.copyOf(tokenIds);
  }
}
