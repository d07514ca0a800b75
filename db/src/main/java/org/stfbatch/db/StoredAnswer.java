package org.stfbatch.db;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
 * @param reuseKey under which the answer can be reused; not read back
 * @param source the job that the answer was computed for, if it was reused
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
    Map<String, Double> logProbabilities,
    Optional<ReuseKey> reuseKey,
    Optional<AnswerSource> source) {

  /**
   * @throws IllegalArgumentException if the text holds a lone surrogate
   */
  public StoredAnswer {
    Objects.requireNonNull(tokens, "tokens is null");
    Objects.requireNonNull(timings, "timings is null");
    Objects.requireNonNull(reuseKey, "reuseKey is null");
    Objects.requireNonNull(source, "source is null");
    if (reuseKey.isPresent() && source.isPresent()) {
      throw new IllegalArgumentException(
          "the reused answer of job " + jobId + " is found in the run it was computed for");
    }
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

  /** An answer that was computed for this job and cannot be reused. */
  public StoredAnswer(
      long jobId,
      String text,
      String finishReason,
      TokenCounts tokens,
      AnswerTimings timings,
      String modelName,
      ModelIdentity model,
      Instant answeredAt,
      Map<String, Double> logProbabilities) {
    this(
        jobId,
        text,
        finishReason,
        tokens,
        timings,
        modelName,
        model,
        answeredAt,
        logProbabilities,
        Optional.empty(),
        Optional.empty());
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
