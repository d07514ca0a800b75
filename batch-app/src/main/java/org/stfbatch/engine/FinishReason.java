package org.stfbatch.engine;

/** Finish reason of an answer. */
public enum FinishReason {
  /** The model generated its end token. */
  END_TOKEN("eos"),
  /** A stop text appeared. */
  STOP_TEXT("stop"),
  /** The maximum number of tokens or the model's context was reached. */
  LENGTH("length"),
  /** The answer repeated itself; its text has the repeated part once. */
  REPETITION("repetition"),
  /** It was the most probable of the given choices. */
  CHOICE("choice");

  private final String stored;

  FinishReason(String stored) {
    this.stored = stored;
  }

  /** Returns the value that is stored and exported. */
  public String stored() {
    return stored;
  }
}
