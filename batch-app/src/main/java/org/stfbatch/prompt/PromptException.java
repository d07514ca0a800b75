package org.stfbatch.prompt;

import static java.util.Objects.requireNonNull;

/**
 * A prompt that cannot be given to the model. It concerns one job only; its message is one line.
 */
public final class PromptException extends RuntimeException {

  private final PromptErrorCode code;

  public PromptException(PromptErrorCode code, String message) {
    super(message);
    this.code = requireNonNull(code, "code is null");
  }

  /** The stable code that is stored with the failed job. */
  public PromptErrorCode code() {
    return code;
  }
}
