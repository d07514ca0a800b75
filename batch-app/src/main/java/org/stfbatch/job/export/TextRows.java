package org.stfbatch.job.export;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.stfbatch.db.ExportRow;

/** Writes jobs as UTF-8 text. */
final class TextRows implements RowWriter {
  private final TextFormat format;
  private final Writer out;

  TextRows(TextFormat format, OutputStream stream) throws IOException {
    this.format = format;
    // An explicit encoder reports malformed characters as an error instead of writing question
    // marks.
    this.out =
        new BufferedWriter(
            new OutputStreamWriter(stream, StandardCharsets.UTF_8.newEncoder()), 1 << 16);
    format.begin(out);
  }

  @Override
  public void write(ExportRow row) throws IOException {
    format.write(row, out);
  }

  @Override
  public void finish() throws IOException {
    out.flush();
  }
}
