package org.stfbatch.db;

import java.time.Instant;
import java.util.Objects;

/**
 * The answer of one image job. Read back, it equals what was written, whatever characters it holds.
 *
 * @param jobId the job answered
 * @param text any text without lone surrogates; control characters and NUL included
 * @param finishReason why generation ended
 * @param tokens counts
 * @param timings where the time went
 * @param modelName what the user calls the checkpoint that answered
 * @param modelFingerprint of the checkpoint that answered
 * @param answeredAt to the microsecond
 */
public record StoredAnswer(
    long jobId,
    String text,
    String finishReason,
    TokenCounts tokens,
    AnswerTimings timings,
    String modelName,
    String modelFingerprint,
    Instant answeredAt) {

  /**
   * @throws IllegalArgumentException if the text holds a lone surrogate
   */
  public StoredAnswer {
    Objects.requireNonNull(tokens, "tokens is null");
    Objects.requireNonNull(timings, "timings is null");
    if (!StoredText.isUnicode(text)) {
      throw new IllegalArgumentException(
          "the answer of job " + jobId + " holds a lone surrogate, which is no character");
    }
    StoredText.requireStorable(finishReason, "the finish reason");
    StoredText.requireStorable(modelName, "the model's name");
    StoredText.requireStorable(modelFingerprint, "the model's fingerprint");
    answeredAt = Rows.storablePrecision(answeredAt);
  }
}
