package org.stfbatch.report;

import java.io.IOException;
import java.io.Writer;

/** The formats of a report. */
public enum ReportFormat {
  /** A page that holds all it needs. */
  HTML,
  /** Everything, as one JSON object. */
  JSON,
  /** The numbers, one a line, the other runs' beside them. */
  CSV,
  /** The same as a table, with the models and what failed. */
  MD;

  /** Writes a report; the writer stays the caller's to close. */
  public void write(RunReport report, Writer out) throws IOException {
    switch (this) {
      case HTML -> HtmlPage.still(report, out);
      case JSON -> out.write(ReportJson.text(report) + "\n");
      case CSV -> FactTable.of(report).writeCsv(out);
      case MD -> MarkdownReport.write(report, out);
    }
  }
}
