package org.stfbatch.engine;

/**
 * Where an answer's time was spent, in seconds.
 *
 * @param queue from submission until its prompt started
 * @param prefill encoding its image and running its prompt, with the whole batch
 * @param decode from the first token to the last
 */
public record Timings(double queue, double prefill, double decode) {}
