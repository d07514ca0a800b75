package org.stfbatch.db;

/**
 * Jobs that failed in the same way.
 *
 * @param stage where
 * @param code stable
 * @param count how many
 * @param example one of the messages
 */
public record FailureGroup(String stage, String code, long count, String example) {}
