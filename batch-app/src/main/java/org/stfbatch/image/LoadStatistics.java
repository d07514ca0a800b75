package org.stfbatch.image;

/**
 * The cost of loading images so far, summed over threads.
 *
 * @param fetchSeconds reading, downloading and hashing, including pauses between attempts
 * @param decodeSeconds decoding and preprocessing
 * @param retries how often images were put off for a retry
 */
public record LoadStatistics(double fetchSeconds, double decodeSeconds, long retries) {
  /** No cost. */
  public static final LoadStatistics NONE = new LoadStatistics(0, 0, 0);

  /** Adds seconds of work on pixels. */
  public LoadStatistics plusDecoding(double seconds) {
    return new LoadStatistics(fetchSeconds, decodeSeconds + seconds, retries);
  }

  /** Adds retries. */
  public LoadStatistics plusRetries(long more) {
    return new LoadStatistics(fetchSeconds, decodeSeconds, retries + more);
  }

  /** Returns the difference to an earlier value. */
  public LoadStatistics minus(LoadStatistics earlier) {
    return new LoadStatistics(
        fetchSeconds - earlier.fetchSeconds,
        decodeSeconds - earlier.decodeSeconds,
        retries - earlier.retries);
  }
}
