package org.stfbatch.db;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.stfbatch.base.ModelIdentity;

/**
 * The answer of one image job. All characters are preserved when it is stored and read.
 *
 * @param jobId the job
 * @param text any text without lone surrogates; control characters and NUL included
 * @param finishReason why generation ended
 * @param tokens token counts
 * @param timings latency by phase
 * @param modelName the user's name of the checkpoint
 * @param model identity of the model
 * @param answeredAt to the microsecond
 * @param logProbabilities by choice, natural logarithms, in the order of the choices; empty if the
 *     answer was generated
 */
public record StoredAnswer(
    long jobId,
    String text,
    String finishReason,
    TokenCounts tokens,
    AnswerTimings timings,
    String modelName,
    ModelIdentity model,
    Instant answeredAt,
    Map<String, Double> logProbabilities) {

  /**
   * @throws IllegalArgumentException if the text holds a lone surrogate
   */
  public StoredAnswer {
    Objects.requireNonNull(tokens, "tokens is null");
    Objects.requireNonNull(timings, "timings is null");
    if (!StoredText.isUnicode(text)) {
      throw new IllegalArgumentException(
          "the answer of job " + jobId + " holds a lone surrogate, which is not a character");
    }
    StoredText.requireStorable(finishReason, "the finish reason");
    StoredText.requireStorable(modelName, "the model's name");
    StoredText.requireStorable(model.fingerprint(), "the model's fingerprint");
    StoredText.requireStorable(model.compression(), "the compression strategy");
    StoredText.requireStorable(model.weightFormat(), "the weight format");
    answeredAt = Rows.storablePrecision(answeredAt);
    logProbabilities.keySet().forEach(choice -> StoredText.requireStorable(choice, "a choice"));
    logProbabilities = Collections.unmodifiableMap(new LinkedHashMap<>(logProbabilities));
  }

  /** An answer that was generated, not chosen. */
  public StoredAnswer(
      long jobId,
      String text,
      String finishReason,
      TokenCounts tokens,
      AnswerTimings timings,
      String modelName,
      ModelIdentity model,
      Instant answeredAt) {
    this(jobId, text, finishReason, tokens, timings, modelName, model, answeredAt, Map.of());
  }
}
