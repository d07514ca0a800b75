package org.stfbatch.prompt;

import static java.util.Objects.requireNonNull;

/** A prompt cannot be used. Only its job fails; the message is one line. */
public final class PromptException extends RuntimeException {

  private final PromptErrorCode code;

  public PromptException(PromptErrorCode code, String message) {
    super(message);
    this.code = requireNonNull(code, "code is null");
  }

  /** Returns the stable code that is stored with the failed job. */
  public PromptErrorCode code() {
    return code;
  }
}
