package org.stfbatch.db;

/**
 * Number of jobs that failed with the same stage and code.
 *
 * @param stage where they failed, for example {@code image}
 * @param code stable, for programs
 * @param count number of jobs
 * @param example one of the messages
 */
public record FailureGroup(String stage, String code, long count, String example) {}
