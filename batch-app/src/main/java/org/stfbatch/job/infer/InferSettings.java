package org.stfbatch.job.infer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.stfbatch.base.SamplingRange;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.engine.Generation;
import org.stfbatch.engine.Penalties;
import org.stfbatch.engine.RepetitionDetection;
import org.stfbatch.prompt.ConversationTemplate;

/**
 * Settings for answering a run.
 *
 * @param chunk jobs that are committed together
 * @param window bounds of the jobs that are ahead of the chunk: fetched, in the engine or answered,
 *     but not yet written
 * @param limit the most jobs to answer; empty for all
 * @param conversation name of the conversation template
 * @param defaults generation settings for what a job does not set itself
 * @param reuse whose answers are reused
 */
public record InferSettings(
    int chunk,
    Window window,
    OptionalLong limit,
    String conversation,
    Defaults defaults,
    ReuseScope reuse) {
  public InferSettings {
    if (chunk < 1) {
      throw new IllegalArgumentException("chunk must be at least 1, not " + chunk);
    }
    if (limit.isPresent() && limit.getAsLong() < 0) {
      throw new IllegalArgumentException("limit must not be below 0: " + limit.getAsLong());
    }
    ConversationTemplate.named(conversation);
  }

  /** Settings with which every job is answered by the engine. */
  public InferSettings(
      int chunk, Window window, OptionalLong limit, String conversation, Defaults defaults) {
    this(chunk, window, limit, conversation, defaults, ReuseScope.NONE);
  }

  /** Returns these settings with the reuse of answers. */
  public InferSettings reusing(ReuseScope scope) {
    return new InferSettings(chunk, window, limit, conversation, defaults, scope);
  }

  /** Returns these settings with the limit reduced by the number of jobs that are done. */
  public InferSettings after(long done) {
    OptionalLong left =
        limit.isEmpty() ? limit : OptionalLong.of(Math.max(0, limit.getAsLong() - done));
    return new InferSettings(chunk, window, left, conversation, defaults, reuse);
  }

  /**
   * Bounds of the read-ahead.
   *
   * @param jobs the most jobs
   * @param bytes the most bytes of pixels and prompts; one job always fits
   */
  public record Window(int jobs, long bytes) {
    public Window {
      if (jobs < 1 || bytes < 1) {
        throw new IllegalArgumentException("the window must hold at least one job and one byte");
      }
    }
  }

  /**
   * Generation settings of the command.
   *
   * @param maxNewTokens see {@link Generation}
   * @param temperature see {@link Generation}
   * @param topP see {@link Generation}
   * @param seed the seed from which each job's seed is derived, together with its custom id
   * @param stop see {@link Generation}
   * @param choices the texts to choose answers from; empty for generated answers
   * @param penalties see {@link Generation}
   * @param repetitionDetection see {@link Generation}
   */
  public record Defaults(
      int maxNewTokens,
      double temperature,
      double topP,
      long seed,
      List<String> stop,
      Optional<ChoiceTexts> choices,
      Penalties penalties,
      RepetitionDetection repetitionDetection) {
    public Defaults {
      stop = List.copyOf(stop);
      SamplingRange.temperature("--temperature", temperature);
      SamplingRange.topP("--top-p", topP);
      new Generation(maxNewTokens, temperature, topP, seed, stop);
    }

    /** Settings for generated answers, without penalties and detection of repetition. */
    public Defaults(
        int maxNewTokens, double temperature, double topP, long seed, List<String> stop) {
      this(
          maxNewTokens,
          temperature,
          topP,
          seed,
          stop,
          Optional.empty(),
          Penalties.NONE,
          RepetitionDetection.OFF);
    }
  }
}
