package org.stfbatch.report;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.stream.Collectors;
import org.stfbatch.db.FailureGroup;

/** A report as Markdown: for a mail, a ticket or a wiki. */
final class MarkdownReport {
  private MarkdownReport() {}

  static void write(RunReport report, Writer out) throws IOException {
    FactTable table = FactTable.of(report);
    out.write("# Run " + cell(report.run()) + "\n\n");
    out.write(line(table.header()));
    out.write(line(table.header().stream().map(column -> "---").toList()));
    for (List<String> row : table.rows()) {
      out.write(line(row));
    }
    if (!report.failures().isEmpty()) {
      out.write("\n## Failures\n\n" + line(List.of("stage", "code", "count", "example")));
      out.write(line(List.of("---", "---", "---", "---")));
      for (FailureGroup group : report.failures()) {
        out.write(
            line(
                List.of(
                    group.stage(), group.code(), String.valueOf(group.count()), group.example())));
      }
    }
  }

  private static String line(List<String> cells) {
    return cells.stream()
        .map(MarkdownReport::cell)
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String cell(String text) {
    return text.replace("\\", "\\\\").replace("|", "\\|").replaceAll("\\R", " ");
  }
}
