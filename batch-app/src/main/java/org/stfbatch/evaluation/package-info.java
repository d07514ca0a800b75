/**
 * The benchmarks of the LLaVA-STF paper: which questions a data set asks, with which prompt and
 * settings, and what its raw answers are worth, or what its evaluation server wants to be sent.
 *
 * <p>Every figure is what the original's scripts print for the same answers, with what is odd in
 * them. Where they count wrong without a word or fail on a zero, {@link
 * org.stfbatch.evaluation.Variant#STRICT} is the repaired variant.
 */
package org.stfbatch.evaluation;
