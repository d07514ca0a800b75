package org.stfbatch.job.export;

import java.io.IOException;
import org.stfbatch.db.ExportRow;

/** How jobs are written as text. */
interface TextFormat {
  /** What comes before the first job. */
  default void begin(Appendable out) throws IOException {}

  /** Writes a job of the kind that the format is for. */
  void write(ExportRow row, Appendable out) throws IOException;
}
