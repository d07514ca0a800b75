package org.stfbatch.bench;

/**
 * Throughput of a number of workers on one run.
 *
 * @param workers number of processes
 * @param answered number of answered jobs
 * @param seconds from the first worker's first chunk to the last worker's last chunk
 * @param jobsPerSecond of all workers together
 * @param efficiency speed relative to the same number of independent workers; at best 1
 * @param tail fraction of the time at the end in which not all workers were busy
 * @param commitsPerSecond chunks that all workers together committed per second
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
