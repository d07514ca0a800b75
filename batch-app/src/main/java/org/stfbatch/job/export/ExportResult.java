package org.stfbatch.job.export;

/**
 * @param answered answers that were written
 * @param failed jobs without an answer because they failed
 * @param waiting jobs that have not been answered yet
 */
public record ExportResult(long answered, long failed, long waiting) {}
