package org.stfbatch.engine;

import java.util.Objects;

/**
 * The final error of a job.
 *
 * @param stage where it happened
 * @param code stable, for programs; e.g. {@code IMAGE_NOT_FOUND}
 * @param message one line for people, naming the item
 * @param attempts how often it was tried
 */
public record Failure(Stage stage, String code, String message, int attempts) implements Outcome {
  public Failure {
    Objects.requireNonNull(stage, "stage is null");
    Objects.requireNonNull(code, "code is null");
    Objects.requireNonNull(message, "message is null");
  }
}
