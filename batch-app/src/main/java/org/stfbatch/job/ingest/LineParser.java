package org.stfbatch.job.ingest;

import org.stfbatch.db.NewImageJob;

/** Converts lines to image jobs. */
interface LineParser {
  /**
   * Returns the job of a line. An unusable line becomes a failed job whose message names the line.
   */
  NewImageJob parse(Line line);

  /**
   * Returns the failed job of a line that its reader found unusable.
   *
   * @param why the end of a sentence about the line
   */
  NewImageJob unusable(Line line, String why);
}
