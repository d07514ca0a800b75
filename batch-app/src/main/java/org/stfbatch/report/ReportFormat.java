package org.stfbatch.report;

import java.io.IOException;
import java.io.Writer;

/** Formats of a report. */
public enum ReportFormat {
  /** A self-contained HTML page. */
  HTML,
  /** The whole report as one JSON object. */
  JSON,
  /** The numbers, one a line, with a column for each compared run. */
  CSV,
  /** The numbers as a Markdown table, with the models, workers and failures. */
  MD;

  /** Writes a report. The caller closes the writer. */
  public void write(RunReport report, Writer out) throws IOException {
    switch (this) {
      case HTML -> HtmlPage.still(report, out);
      case JSON -> out.write(ReportJson.withOldNames(report) + "\n");
      case CSV -> FactTable.of(report).writeCsv(out);
      case MD -> MarkdownReport.write(report, out);
    }
  }
}
