package org.stfbatch.engine;

/** Thrown if the engine cannot answer any job: it is broken or closed. */
public final class EngineException extends RuntimeException {
  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
