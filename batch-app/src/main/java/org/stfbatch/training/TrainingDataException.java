package org.stfbatch.training;

/** Training data cannot be used. The message is one line that names the item and the cure. */
public final class TrainingDataException extends RuntimeException {
  public TrainingDataException(String message) {
    super(message);
  }

  public TrainingDataException(String message, Throwable cause) {
    super(message, cause);
  }

  static TrainingDataException of(Sample sample, String problem) {
    return new TrainingDataException(sample.name() + " " + problem);
  }
}
