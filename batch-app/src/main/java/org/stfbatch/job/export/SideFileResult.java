package org.stfbatch.job.export;

import java.util.List;

/**
 * Counts of an export to side files.
 *
 * @param counts of the run's jobs
 * @param written files that were made or changed
 * @param unchanged files that had the answer already
 * @param kept files with another text, which stayed
 * @param elsewhere answers about no image, or about one that is no file of a folder
 * @param refused answers for which no file may be written
 * @param refusals the reasons of the first refused ones
 */
public record SideFileResult(
    ExportResult counts,
    long written,
    long unchanged,
    long kept,
    long elsewhere,
    long refused,
    List<String> refusals) {
  public SideFileResult {
    refusals = List.copyOf(refusals);
  }
}
