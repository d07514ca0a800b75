package org.stfbatch.engine;

/** Task of a job: an answer that is generated, or one that is chosen. */
public sealed interface Task permits Generation, AnswerChoices {
  /** Returns the maximum number of tokens of the answer, including the end token. */
  int maxNewTokens();
}
