package org.stfbatch.engine;

/** Why an answer ended. */
public enum FinishReason {
  /** The model generated its end token. */
  END_TOKEN("eos"),
  /** A stop text appeared. */
  STOP_TEXT("stop"),
  /** The allowed number of tokens, or the model's context, was used up. */
  LENGTH("length"),
  /** It was the likeliest of given texts. */
  CHOICE("choice");

  private final String stored;

  FinishReason(String stored) {
    this.stored = stored;
  }

  /** As it is stored and exported. */
  public String stored() {
    return stored;
  }
}
