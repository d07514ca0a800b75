package org.stfbatch.db;

/**
 * A process that answers a part of a shared run.
 *
 * @param workerId primary key, never reused
 * @param runId the run
 * @param name shown to users
 */
public record Worker(long workerId, long runId, String name) {}
