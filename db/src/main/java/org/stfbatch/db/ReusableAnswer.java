package org.stfbatch.db;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An answer that was computed for one job and fits others with the same {@link ReuseKey}.
 *
 * @param source the job that it was computed for
 * @param text see {@link StoredAnswer}
 * @param finishReason see {@link StoredAnswer}
 * @param tokens see {@link StoredAnswer}
 * @param logProbabilities see {@link StoredAnswer}
 */
public record ReusableAnswer(
    AnswerSource source,
    String text,
    String finishReason,
    TokenCounts tokens,
    Map<String, Double> logProbabilities) {
  public ReusableAnswer {
    Objects.requireNonNull(source, "source is null");
    Objects.requireNonNull(tokens, "tokens is null");
    logProbabilities = Collections.unmodifiableMap(new LinkedHashMap<>(logProbabilities));
  }
}
