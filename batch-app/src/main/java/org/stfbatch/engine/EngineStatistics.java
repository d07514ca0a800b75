package org.stfbatch.engine;

/**
 * What an engine has done since it was started.
 *
 * @param images pictures that were encoded
 * @param prefillTokens tokens of prompts and of choices that were run, vision tokens included
 * @param decodedTokens tokens that were generated
 * @param steps calls that took sequences one token further
 * @param prefixHits sequences that found their prefix ready
 * @param retreats batches that failed and were tried again smaller
 * @param retries sequences that were begun again after that
 * @param encodeSeconds spent encoding pictures
 * @param prefixSeconds spent running shared prefixes
 * @param stepSeconds spent in steps and in scoring choices: prompts' ends and generation
 * @param promptless those of the steps in which no prompt was run
 */
public record EngineStatistics(
    long images,
    long prefillTokens,
    long decodedTokens,
    long steps,
    long prefixHits,
    long retreats,
    long retries,
    double encodeSeconds,
    double prefixSeconds,
    double stepSeconds,
    Promptless promptless) {
  /** Nothing yet. */
  public static final EngineStatistics NONE =
      new EngineStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, new Promptless(0, 0, 0));

  /**
   * Steps that only generate: what decoding costs by itself.
   *
   * @param steps calls
   * @param tokens tokens that were generated
   * @param seconds spent
   */
  public record Promptless(long steps, long tokens, double seconds) {
    Promptless plus(Promptless other) {
      return new Promptless(steps + other.steps, tokens + other.tokens, seconds + other.seconds);
    }

    Promptless minus(Promptless other) {
      return new Promptless(steps - other.steps, tokens - other.tokens, seconds - other.seconds);
    }
  }

  /** What both have done; seconds of devices that work side by side add up, too. */
  public EngineStatistics plus(EngineStatistics other) {
    return new EngineStatistics(
        images + other.images,
        prefillTokens + other.prefillTokens,
        decodedTokens + other.decodedTokens,
        steps + other.steps,
        prefixHits + other.prefixHits,
        retreats + other.retreats,
        retries + other.retries,
        encodeSeconds + other.encodeSeconds,
        prefixSeconds + other.prefixSeconds,
        stepSeconds + other.stepSeconds,
        promptless.plus(other.promptless));
  }

  /** What was done since {@code earlier}, a statistic of the same engine. */
  public EngineStatistics minus(EngineStatistics earlier) {
    return new EngineStatistics(
        images - earlier.images,
        prefillTokens - earlier.prefillTokens,
        decodedTokens - earlier.decodedTokens,
        steps - earlier.steps,
        prefixHits - earlier.prefixHits,
        retreats - earlier.retreats,
        retries - earlier.retries,
        encodeSeconds - earlier.encodeSeconds,
        prefixSeconds - earlier.prefixSeconds,
        stepSeconds - earlier.stepSeconds,
        promptless.minus(earlier.promptless));
  }
}
