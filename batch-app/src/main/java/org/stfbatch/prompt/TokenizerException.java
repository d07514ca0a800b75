package org.stfbatch.prompt;

/**
 * The tokenizer files of a checkpoint cannot be used. The message is one line that names the file
 * and the cure.
 */
public final class TokenizerException extends RuntimeException {

  public TokenizerException(String message) {
    super(message);
  }

  public TokenizerException(String message, Throwable cause) {
    super(message, cause);
  }
}
