package org.stfbatch.db;

/**
 * A bar of a histogram.
 *
 * @param from least number of tokens
 * @param to greatest number of tokens
 * @param answers how many answers have so many
 */
public record TokenBin(long from, long to, long answers) {}
