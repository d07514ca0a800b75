package org.stfbatch.db;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.stfbatch.base.ModelIdentity;

/**
 * The answer of one image job. Read back, it equals what was written, whatever characters it holds.
 *
 * @param jobId the job answered
 * @param text any text without lone surrogates; control characters and NUL included
 * @param finishReason why it ended
 * @param tokens counts
 * @param timings where the time went
 * @param modelName what the user calls the checkpoint that answered
 * @param model what answered
 * @param answeredAt to the microsecond
 * @param logProbabilities of the texts that it was chosen from, in their order; empty if it was
 *     generated
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
          "the answer of job " + jobId + " holds a lone surrogate, which is no character");
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

  /** A generated answer. */
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
