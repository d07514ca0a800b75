package org.stfbatch.job.ingest;

/**
 * A line of a file.
 *
 * @param number counted from 1
 * @param bytes without the line terminator; only the beginning of an overlong line
 * @param overlong whether the line exceeded the reader's limit
 */
record Line(long number, byte[] bytes, boolean overlong) {}
