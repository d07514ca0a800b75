package org.stfbatch.job.ingest;

/**
 * A line of a file.
 *
 * @param number counted from 1
 * @param bytes without the line's end; of an overlong line, its beginning
 * @param overlong whether the line was longer than the reader takes
 */
record Line(long number, byte[] bytes, boolean overlong) {}
