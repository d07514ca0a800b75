/**
 * Benchmarks of the LLaVA-STF paper: the questions of each data set with their prompts and
 * settings, the scoring of raw answers, and the upload files of evaluation servers.
 *
 * <p>Every metric equals the output of the original's scripts for the same answers, including their
 * quirks. {@link org.stfbatch.evaluation.Variant#STRICT} repairs silent miscounts and divisions by
 * zero.
 */
package org.stfbatch.evaluation;
