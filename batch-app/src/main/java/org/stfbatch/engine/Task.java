package org.stfbatch.engine;

/** What is to be done with a prompt: an answer to be written, or to be chosen. */
public sealed interface Task permits Generation, AnswerChoices {
  /** At most so many tokens has the answer, the end token included. */
  int maxNewTokens();
}
