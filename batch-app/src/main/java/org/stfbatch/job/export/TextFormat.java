package org.stfbatch.job.export;

import java.io.IOException;
import org.stfbatch.db.ExportRow;

/** Text format of exported jobs. */
interface TextFormat {
  /** Writes what precedes the first job. */
  default void begin(Appendable out) throws IOException {}

  /** Writes one job of the kind for which the format is made. */
  void write(ExportRow row, Appendable out) throws IOException;
}
