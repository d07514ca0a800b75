package org.stfbatch.engine;

/**
 * What an engine has done since it was started.
 *
 * @param images pictures that were encoded
 * @param prefillTokens tokens of prompts and of choices that were run, vision tokens included
 * @param decodedTokens tokens that were generated
 * @param steps calls that generated one token for each running sequence
 * @param prefixHits prefix cache hits
 * @param batchReductions batch reductions: how often a failed call halved the batch
 * @param retries sequences that were queued again after that
 * @param encodeSeconds spent encoding pictures
 * @param prefixSeconds spent running shared prefixes
 * @param stepSeconds spent in steps and in scoring choices: prompts' ends and generation
 * @param decodeOnly the decode-only steps, in which no prompt was run
 */
public record EngineStatistics(
    long images,
    long prefillTokens,
    long decodedTokens,
    long steps,
    long prefixHits,
    long batchReductions,
    long retries,
    double encodeSeconds,
    double prefixSeconds,
    double stepSeconds,
    DecodeSteps decodeOnly) {
  /** Nothing yet. */
  public static final EngineStatistics NONE =
      new EngineStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, new DecodeSteps(0, 0, 0));

  /**
   * Decode-only steps: what decoding costs by itself.
   *
   * @param steps calls
   * @param tokens tokens that were generated
   * @param seconds spent
   */
  public record DecodeSteps(long steps, long tokens, double seconds) {
    DecodeSteps plus(DecodeSteps other) {
      return new DecodeSteps(steps + other.steps, tokens + other.tokens, seconds + other.seconds);
    }

    DecodeSteps minus(DecodeSteps other) {
      return new DecodeSteps(steps - other.steps, tokens - other.tokens, seconds - other.seconds);
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
        batchReductions + other.batchReductions,
        retries + other.retries,
        encodeSeconds + other.encodeSeconds,
        prefixSeconds + other.prefixSeconds,
        stepSeconds + other.stepSeconds,
        decodeOnly.plus(other.decodeOnly));
  }

  /** What was done since {@code earlier}, a statistic of the same engine. */
  public EngineStatistics minus(EngineStatistics earlier) {
    return new EngineStatistics(
        images - earlier.images,
        prefillTokens - earlier.prefillTokens,
        decodedTokens - earlier.decodedTokens,
        steps - earlier.steps,
        prefixHits - earlier.prefixHits,
        batchReductions - earlier.batchReductions,
        retries - earlier.retries,
        encodeSeconds - earlier.encodeSeconds,
        prefixSeconds - earlier.prefixSeconds,
        stepSeconds - earlier.stepSeconds,
        decodeOnly.minus(earlier.decodeOnly));
  }
}
