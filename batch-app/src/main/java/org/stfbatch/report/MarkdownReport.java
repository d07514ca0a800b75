package org.stfbatch.report;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.stfbatch.db.FailureGroup;

/** A report as Markdown: for a mail, a ticket or a wiki. */
final class MarkdownReport {
  /** An underscore within a word is none. */
  private static final Pattern MARKUP =
      Pattern.compile("[\\\\`*\\[\\]()|~!#$]|(?<![\\p{L}\\p{N}])_|_(?![\\p{L}\\p{N}])");

  private MarkdownReport() {}

  static void write(RunReport report, Writer out) throws IOException {
    FactTable table = FactTable.of(report);
    out.write("# Run " + text(report.run()) + "\n\n");
    out.write("As of " + FactText.time(report.madeAt()) + " UTC.\n\n");
    List<String> header = Stream.concat(Stream.of(""), table.names().stream()).toList();
    out.write(line(header.stream().map(MarkdownReport::text).toList()));
    out.write(line(header.stream().map(column -> "---").toList()));
    List<FactTable.Row> rows = new ArrayList<>(table.origins(FactText::time));
    rows.addAll(table.numbers(FactText::of));
    for (FactTable.Row row : rows) {
      String label = row.group().equals("Run") ? row.label() : row.group() + ": " + row.label();
      out.write(
          line(
              Stream.concat(Stream.of(label), row.cells().stream())
                  .map(MarkdownReport::text)
                  .toList()));
    }
    table(
        "Failures",
        List.of("stage", "code", "count", "example"),
        report.failures().stream().map(MarkdownReport::failure).toList(),
        out);
  }

  /** A section, unless its table has no rows. */
  private static void table(String title, List<String> header, List<List<String>> rows, Writer out)
      throws IOException {
    if (rows.isEmpty()) {
      return;
    }
    out.write("\n## " + title + "\n\n" + line(header));
    out.write(line(header.stream().map(column -> "---").toList()));
    for (List<String> row : rows) {
      out.write(line(row.stream().map(MarkdownReport::text).toList()));
    }
  }

  private static List<String> failure(FailureGroup group) {
    return List.of(group.stage(), group.code(), String.valueOf(group.count()), group.example());
  }

  private static String line(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  /** A text that no reader of Markdown takes for markup, HTML, a link or the end of a cell. */
  private static String text(String text) {
    return MARKUP
        .matcher(text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " "))
        .replaceAll("\\\\$0")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }
}
