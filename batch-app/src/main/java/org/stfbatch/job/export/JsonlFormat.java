package org.stfbatch.job.export;

import java.io.IOException;
import org.stfbatch.db.ExportRow;

/** JSON lines with every column of an answer. */
final class JsonlFormat implements TextFormat {
  @Override
  public void write(ExportRow row, Appendable out) throws IOException {
    out.append(Columns.line(Columns.answered(row)));
  }
}
