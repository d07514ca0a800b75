package org.stfbatch.job.export;

/**
 * Counts of an export in parts.
 *
 * @param counts of the run's jobs
 * @param written parts that were written
 * @param kept parts that were complete already
 */
public record PartResult(ExportResult counts, long written, long kept) {}
