package org.stfbatch.job.export;

import java.io.IOException;
import org.stfbatch.db.ExportRow;

/** Writer of answered or of failed jobs to a stream. */
public interface RowWriter {
  void write(ExportRow row) throws IOException;

  /** Flushes the remaining rows; the stream stays open. */
  void finish() throws IOException;

  /** Returns whether every row has been written with everything that belongs to it. */
  default boolean isWhole() {
    return true;
  }
}
