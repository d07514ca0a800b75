package org.stfbatch.job.infer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.stfbatch.base.SamplingRange;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.engine.Generation;
import org.stfbatch.prompt.ConversationTemplate;

/**
 * How a run is answered.
 *
 * @param chunk jobs that are committed together
 * @param window jobs that may be ahead of the chunk: fetched, in the engine or answered, but not
 *     yet written
 * @param limit at most so many jobs; empty for all
 * @param conversation name of the conversation template
 * @param defaults generation settings for what a job does not set itself
 */
public record InferSettings(
    int chunk, Window window, OptionalLong limit, String conversation, Defaults defaults) {
  public InferSettings {
    if (chunk < 1) {
      throw new IllegalArgumentException("chunk must be at least 1, not " + chunk);
    }
    if (limit.isPresent() && limit.getAsLong() < 0) {
      throw new IllegalArgumentException("limit must not be below 0: " + limit.getAsLong());
    }
    ConversationTemplate.named(conversation);
  }

  /** The same, when so many jobs of the limit are done. */
  public InferSettings after(long done) {
    OptionalLong left =
        limit.isEmpty() ? limit : OptionalLong.of(Math.max(0, limit.getAsLong() - done));
    return new InferSettings(chunk, window, left, conversation, defaults);
  }

  /**
   * Bounds of what is read ahead.
   *
   * @param jobs at most so many jobs
   * @param bytes at most so many bytes of pixels and prompts, but always one job
   */
  public record Window(int jobs, long bytes) {
    public Window {
      if (jobs < 1 || bytes < 1) {
        throw new IllegalArgumentException("a window needs room for one job at least");
      }
    }
  }

  /**
   * Generation settings of the command.
   *
   * @param maxNewTokens see {@link Generation}
   * @param temperature see {@link Generation}
   * @param topP see {@link Generation}
   * @param seed from which, together with its custom id, each job's own seed is made
   * @param stop see {@link Generation}
   * @param choices of which answers are to be; empty if they are to be written
   */
  public record Defaults(
      int maxNewTokens,
      double temperature,
      double topP,
      long seed,
      List<String> stop,
      Optional<ChoiceTexts> choices) {
    public Defaults {
      stop = List.copyOf(stop);
      SamplingRange.temperature("--temperature", temperature);
      SamplingRange.topP("--top-p", topP);
      new Generation(maxNewTokens, temperature, topP, seed, stop);
    }

    /** Answers are written. */
    public Defaults(
        int maxNewTokens, double temperature, double topP, long seed, List<String> stop) {
      this(maxNewTokens, temperature, topP, seed, stop, Optional.empty());
    }
  }
}
