package org.stfbatch.report;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.stfbatch.db.FailureGroup;

/** Report as Markdown, for mail, tickets and wikis. */
final class MarkdownReport {
  /** Characters that may be Markdown markup; an underscore within a word is not. */
  private static final Pattern MARKUP =
      Pattern.compile("[\\\\`*\\[\\]()|~!#$]|(?<![\\p{L}\\p{N}])_|_(?![\\p{L}\\p{N}])");

  private static final Collector<CharSequence, ?, String> ROW =
      Collectors.joining(" | ", "| ", " |\n");

  private MarkdownReport() {}

  static void write(RunReport report, Writer out) throws IOException {
    FactTable table = FactTable.of(report);
    out.write("# Run " + text(report.run()) + "\n\n");
    out.write("As of " + FactText.time(report.madeAt()) + " UTC.\n\n");
    List<String> header = Stream.concat(Stream.of(""), table.names().stream()).toList();
    List<FactTable.Row> rows = new ArrayList<>(table.origins(FactText::time));
    rows.addAll(table.numbers(FactText::of));
    table(header, rows.stream().map(MarkdownReport::cells).toList(), out);
    section(
        "Workers",
        List.of(
            "worker",
            "device",
            "questions",
            "failed",
            "share",
            "questions/s",
            "device utilization"),
        report.workers().stream().map(MarkdownReport::worker).toList(),
        out);
    section(
        "Failures",
        List.of("stage", "code", "count", "example"),
        report.failures().stream().map(MarkdownReport::failure).toList(),
        out);
  }

  private static List<String> cells(FactTable.Row row) {
    String label = row.group().equals("Run") ? row.label() : row.group() + ": " + row.label();
    return Stream.concat(Stream.of(label), row.cells().stream()).toList();
  }

  /** Writes a section, unless its table has no rows. */
  private static void section(
      String title, List<String> header, List<List<String>> rows, Writer out) throws IOException {
    if (!rows.isEmpty()) {
      out.write("\n## " + title + "\n\n");
      table(header, rows, out);
    }
  }

  private static void table(List<String> header, List<List<String>> rows, Writer out)
      throws IOException {
    out.write(line(header));
    out.write(header.stream().map(column -> "---").collect(ROW));
    for (List<String> row : rows) {
      out.write(line(row));
    }
  }

  private static List<String> worker(RunReport.Worker worker) {
    return List.of(
        worker.name(),
        worker.device(),
        String.valueOf(worker.jobs()),
        String.valueOf(worker.failures()),
        FactText.percent(worker.share()),
        FactText.number(worker.questionsPerSecond()),
        FactText.percent(worker.deviceBusy()));
  }

  private static List<String> failure(FailureGroup group) {
    return List.of(group.stage(), group.code(), String.valueOf(group.count()), group.example());
  }

  private static String line(List<String> cells) {
    return cells.stream().map(MarkdownReport::text).collect(ROW);
  }

  /**
   * Escapes a text so that no Markdown renderer takes it for markup, HTML, a link or the end of a
   * cell.
   */
  private static String text(String text) {
    return MARKUP
        .matcher(text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " "))
        .replaceAll("\\\\$0")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }
}
