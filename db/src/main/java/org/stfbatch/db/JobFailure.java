package org.stfbatch.db;

import java.util.Objects;
import org.stfbatch.base.Shortened;
import org.stfbatch.secret.Secrets;

/**
 * Why an image job has no answer.
 *
 * @param stage where it failed, for example {@code ingest} or {@code image}
 * @param code stable and for programs, for example {@code IMAGE_NOT_FOUND}
 * @param message for people; characters that cannot be stored become U+FFFD, secrets of addresses
 *     three stars, and the middle of a long one is left out: see {@link Shortened}
 * @param attempts how often it was tried, 0 if it never was
 */
public record JobFailure(String stage, String code, String message, int attempts) {

  /**
   * @throws IllegalArgumentException if the code is empty or attempts are negative
   */
  public JobFailure {
    Objects.requireNonNull(message, "message is null");
    StoredText.requireStorable(stage, "the stage");
    StoredText.requireStorable(code, "the code");
    if (code.isEmpty() || attempts < 0) {
      throw new IllegalArgumentException("a failure needs a code and attempts of 0 or more");
    }
    message = Shortened.message(Secrets.mask(StoredText.readable(message)));
  }
}
