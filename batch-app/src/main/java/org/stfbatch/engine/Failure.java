package org.stfbatch.engine;

import java.util.Objects;

/**
 * A failed outcome: the final error of a job.
 *
 * @param stage where it occurred
 * @param code stable identifier for programs, such as {@code IMAGE_NOT_FOUND}
 * @param message one line for people that names the item
 * @param attempts number of attempts
 */
public record Failure(Stage stage, String code, String message, int attempts) implements Outcome {
  public Failure {
    Objects.requireNonNull(stage, "stage is null");
    Objects.requireNonNull(code, "code is null");
    Objects.requireNonNull(message, "message is null");
  }
}
