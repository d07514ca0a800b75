package org.stfbatch.db;

/**
 * What the chunks that ended in one slice of a run's time at work did.
 *
 * @param second the slice's beginning, in seconds of work before it
 * @param width its length in seconds
 * @param jobs jobs that got an outcome
 * @param failures of them, the failed ones
 * @param images images that were begun
 * @param generatedTokens of the answers
 * @param seconds where time went
 */
public record RunSlice(
    double second,
    double width,
    long jobs,
    long failures,
    long images,
    long generatedTokens,
    ChunkMetric.Seconds seconds) {}
