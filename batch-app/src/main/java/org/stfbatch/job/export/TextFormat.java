package org.stfbatch.job.export;

import java.io.IOException;
import org.stfbatch.db.ExportRow;

/** Writes answered jobs in one format. */
interface AnswerFormat {
  /** What comes before the first answer. */
  void begin(Appendable out) throws IOException;

  /** Writes a row that has an answer. */
  void write(ExportRow row, Appendable out) throws IOException;
}
