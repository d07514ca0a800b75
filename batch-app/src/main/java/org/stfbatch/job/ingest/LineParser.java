package org.stfbatch.job.ingest;

import org.stfbatch.db.NewImageJob;

/** Makes an image job of a line. */
interface LineParser {
  /** The job; of a line that cannot be used, one that has already failed and names the line. */
  NewImageJob parse(Line line);
}
