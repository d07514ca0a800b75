package org.stfbatch.job.export;

import org.stfbatch.db.ExportRow;

/** Counts the rows of an export by their outcome. Used by one thread. */
final class RowCounts {
  private long answered;
  private long failed;
  private long waiting;

  void add(ExportRow row) {
    if (row.answer().isPresent()) {
      answered++;
    } else if (row.failure().isPresent()) {
      failed++;
    } else {
      waiting++;
    }
  }

  /** Returns the number of answers so far. */
  long answered() {
    return answered;
  }

  ExportResult result() {
    return new ExportResult(answered, failed, waiting);
  }
}
