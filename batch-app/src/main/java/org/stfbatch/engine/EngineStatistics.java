package org.stfbatch.engine;

/**
 * Totals of an engine since its start.
 *
 * @param images encoded images
 * @param prefillTokens prompt and choice tokens that were run, including vision tokens
 * @param decodedTokens generated tokens
 * @param steps calls that generated one token for each running sequence
 * @param prefixHits prefix cache hits
 * @param batchReductions batch reductions: how often a failed call halved the batch
 * @param retries sequences queued again after a batch reduction
 * @param encodeSeconds time of image encoding
 * @param prefixSeconds time of running shared prefixes
 * @param stepSeconds time of steps and choice scoring: ends of prompts and generation
 * @param decodeOnly decode-only steps, in which no prompt was run
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
  /** All totals 0. */
  public static final EngineStatistics NONE =
      new EngineStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, new DecodeSteps(0, 0, 0));

  /**
   * Totals of decode-only steps: the cost of decoding alone.
   *
   * @param steps calls
   * @param tokens generated tokens
   * @param seconds time of these calls
   */
  public record DecodeSteps(long steps, long tokens, double seconds) {
    DecodeSteps plus(DecodeSteps other) {
      return new DecodeSteps(steps + other.steps, tokens + other.tokens, seconds + other.seconds);
    }

    DecodeSteps minus(DecodeSteps other) {
      return new DecodeSteps(steps - other.steps, tokens - other.tokens, seconds - other.seconds);
    }
  }

  /** Returns the sum of both; times of concurrent devices are added, too. */
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

  /** Returns the difference since {@code earlier}, a statistic of the same engine. */
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
