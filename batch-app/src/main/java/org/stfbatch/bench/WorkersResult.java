package org.stfbatch.bench;

/**
 * What so many workers did together.
 *
 * @param workers processes
 * @param answered jobs
 * @param seconds from the first worker's first chunk to the last one's last
 * @param jobsPerSecond of all together
 * @param efficiency speed by that of as many workers that do not know each other, 1 at best
 * @param tail part of the time in which not all were at work at the end
 * @param commitsPerSecond chunks that all together committed
 */
public record WorkersResult(
    int workers,
    long answered,
    double seconds,
    double jobsPerSecond,
    double efficiency,
    double tail,
    double commitsPerSecond) {
  void print(Text text) {
    text.row(
        workers,
        answered,
        "%.2f".formatted(seconds),
        "%.0f".formatted(jobsPerSecond),
        "%.1f %%".formatted(100 * efficiency),
        "%.1f %%".formatted(100 * tail),
        "%.0f".formatted(commitsPerSecond));
  }
}
