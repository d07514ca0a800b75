package org.stfbatch.db;

/**
 * One slice of a run's time at work.
 *
 * @param second the slice's beginning, in seconds of work before it
 * @param width its length in seconds
 * @param jobs jobs that got an outcome in chunks that ended in it
 * @param failures of them, the failed ones
 * @param images images that were begun
 * @param generatedTokens of the answers
 * @param seconds where time went: each chunk's seconds are spread evenly over the time it lasted
 */
public record RunSlice(
    double second,
    double width,
    long jobs,
    long failures,
    long images,
    long generatedTokens,
    ChunkMetric.Seconds seconds) {}
