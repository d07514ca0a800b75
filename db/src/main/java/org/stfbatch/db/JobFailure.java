package org.stfbatch.db;

import java.util.Objects;
import org.stfbatch.base.Shortened;
import org.stfbatch.secret.Secrets;

/**
 * Why an image job has no answer.
 *
 * @param stage where it failed, for example {@code ingest} or {@code image}
 * @param code stable and for programs, for example {@code IMAGE_NOT_FOUND}
 * @param message for users; characters that cannot be stored become U+FFFD, secrets in URLs become
 *     three stars, and a long one is cut in the middle: see {@link Shortened}
 * @param attempts number of attempts, 0 if it was never tried
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
