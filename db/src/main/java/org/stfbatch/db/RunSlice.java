package org.stfbatch.db;

/**
 * One slice of a run's timeline, which leaves out the time between attempts.
 *
 * @param second start of the slice, in seconds of work
 * @param width length of the slice in seconds
 * @param jobs jobs with an outcome of chunks that ended in the slice
 * @param failures of the jobs, the failed ones
 * @param images images whose first job is in these chunks
 * @param generatedTokens tokens of the answers
 * @param seconds time by phase: each chunk's seconds are spread evenly over its duration
 */
public record RunSlice(
    double second,
    double width,
    long jobs,
    long failures,
    long images,
    long generatedTokens,
    ChunkMetric.Seconds seconds) {}
