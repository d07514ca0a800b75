package org.stfbatch.db;

/**
 * Where the time of one answer went, in seconds.
 *
 * @param queueSeconds from submission until its prompt was first processed
 * @param prefillSeconds processing image and prompt
 * @param decodeSeconds generating tokens
 */
public record AnswerTimings(double queueSeconds, double prefillSeconds, double decodeSeconds) {}
