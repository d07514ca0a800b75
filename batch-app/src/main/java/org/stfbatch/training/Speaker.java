package org.stfbatch.training;

/** Speaker of a turn. */
public enum Speaker {
  /** The user, {@code human} in the data. */
  HUMAN,
  /** The model, {@code gpt} in the data; its turns are the training targets. */
  GPT,
  /** Any other speaker: LLaVA's templates have no role for it. */
  OTHER
}
