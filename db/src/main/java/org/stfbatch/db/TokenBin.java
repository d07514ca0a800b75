package org.stfbatch.db;

/**
 * A bin of a histogram of token counts.
 *
 * @param from lowest number of tokens, inclusive
 * @param to highest number of tokens, inclusive
 * @param answers number of answers in the bin
 */
public record TokenBin(long from, long to, long answers) {}
