package org.stfbatch.job.export;

/**
 * Counts of an export.
 *
 * @param answered answers that were written
 * @param failed jobs that failed
 * @param waiting jobs that are not answered yet
 */
public record ExportResult(long answered, long failed, long waiting) {}
