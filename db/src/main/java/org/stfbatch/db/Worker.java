package org.stfbatch.db;

/**
 * A process that answers a run beside others.
 *
 * @param workerId its key, never used again
 * @param runId the run
 * @param name what people call it
 */
public record Worker(long workerId, long runId, String name) {}
