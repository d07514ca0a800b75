package org.stfbatch.job.ingest;

import org.stfbatch.db.NewImageJob;

/** Makes an image job of a line. */
interface LineParser {
  /** The job; of a line that cannot be used, one that has already failed and names the line. */
  NewImageJob parse(Line line);

  /**
   * The job of a line that its reader found unusable: one that has already failed.
   *
   * @param why the end of a sentence about the line
   */
  NewImageJob unusable(Line line, String why);
}
