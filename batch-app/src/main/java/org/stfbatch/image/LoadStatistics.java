package org.stfbatch.image;

/**
 * What making images ready has cost so far, all threads together.
 *
 * @param fetchSeconds reading and downloading, with the pauses between tries
 * @param decodeSeconds decoding, and whatever is done to the pixels
 * @param retries images that were put off to be tried again
 */
public record LoadStatistics(double fetchSeconds, double decodeSeconds, long retries) {
  /** Nothing yet. */
  public static final LoadStatistics NONE = new LoadStatistics(0, 0, 0);

  /** The same with further seconds of work on pixels. */
  public LoadStatistics plusDecoding(double seconds) {
    return new LoadStatistics(fetchSeconds, decodeSeconds + seconds, retries);
  }

  /** The same with further retries. */
  public LoadStatistics plusRetries(long more) {
    return new LoadStatistics(fetchSeconds, decodeSeconds, retries + more);
  }

  /** What was done since {@code earlier}. */
  public LoadStatistics minus(LoadStatistics earlier) {
    return new LoadStatistics(
        fetchSeconds - earlier.fetchSeconds,
        decodeSeconds - earlier.decodeSeconds,
        retries - earlier.retries);
  }
}
