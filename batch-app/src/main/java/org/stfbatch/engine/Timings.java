package org.stfbatch.engine;

/**
 * Where an answer's time went, in seconds.
 *
 * @param queue from submission until its prompt was begun
 * @param prefill encoding its image and running its prompt, together with those it was batched with
 * @param decode from the first token to the last
 */
public record Timings(double queue, double prefill, double decode) {}
