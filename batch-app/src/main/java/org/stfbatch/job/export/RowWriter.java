package org.stfbatch.job.export;

import java.io.IOException;
import org.stfbatch.db.ExportRow;

/** Writes jobs of one kind, answered or failed, to a stream. */
interface RowWriter {
  void write(ExportRow row) throws IOException;

  /** Writes what is left; the stream stays open. */
  void finish() throws IOException;
}
