package org.stfbatch.training;

/** Who says a turn of a conversation. */
public enum Speaker {
  /** The user, {@code human} in the data. */
  HUMAN,
  /** The model, {@code gpt} in the data: what is learned. */
  GPT,
  /** Anyone else: LLaVA's templates have no role for them. */
  OTHER
}
