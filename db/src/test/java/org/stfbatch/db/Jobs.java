package org.stfbatch.db;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.stfbatch.base.ModelIdentity;

/** Factory of jobs and outcomes for tests. */
final class Jobs {

  private Jobs() {}

  static NewImageJob job(String customId, String image) {
    return job(customId, ImagePrompt.about(image, "What is this?"));
  }

  static NewImageJob job(String customId, ImagePrompt prompt) {
    return NewImageJob.toAnswer(customId, OptionalLong.empty(), prompt, JobSettings.DEFAULTS);
  }

  /** Returns jobs {@code first} to {@code last}, three questions per image. */
  static List<NewImageJob> jobs(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(i -> job("job-" + i, "image-%07d.png".formatted(i / 3)))
        .toList();
  }

  static StoredAnswer answer(long jobId, String text) {
    return answer(jobId, text, ModelIdentity.plain("fingerprint"));
  }

  static StoredAnswer answer(long jobId, String text, ModelIdentity model) {
    return new StoredAnswer(
        jobId,
        text,
        "eos",
        new TokenCounts(40, 144, 7),
        new AnswerTimings(0.25, 0.5, 1.5),
        "llava-stf-7b",
        model,
        Instant.parse("2026-03-04T05:06:07.123456789Z"));
  }

  /** Returns an answer that can be reused. */
  static StoredAnswer reusable(long jobId, String text, ReuseKey key) {
    return marked(answer(jobId, text), Optional.of(key), Optional.empty());
  }

  static StoredAnswer reused(long jobId, String text, AnswerSource source) {
    return marked(answer(jobId, text), Optional.empty(), Optional.of(source));
  }

  private static StoredAnswer marked(
      StoredAnswer answer, Optional<ReuseKey> key, Optional<AnswerSource> source) {
    return new StoredAnswer(
        answer.jobId(),
        answer.text(),
        answer.finishReason(),
        answer.tokens(),
        answer.timings(),
        answer.modelName(),
        answer.model(),
        answer.answeredAt(),
        Map.of("left", -0.5),
        key,
        source);
  }

  static StoredFailure failure(long jobId, String code, String message) {
    return new StoredFailure(
        jobId,
        new JobFailure("image", code, message, 3),
        Instant.parse("2026-03-04T05:06:07.123456789Z"));
  }
}
