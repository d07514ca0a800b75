package org.stfbatch.db;

/**
 * Latency of one answer by phase, in seconds.
 *
 * @param queueSeconds from submission to the start of prefill
 * @param prefillSeconds encoding the image and prefilling the prompt
 * @param decodeSeconds generating tokens
 */
public record AnswerTimings(double queueSeconds, double prefillSeconds, double decodeSeconds) {}
