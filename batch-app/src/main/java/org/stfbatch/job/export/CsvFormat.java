package org.stfbatch.job.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.stfbatch.db.ExportRow;

/** Comma-separated values (RFC 4180, UTF-8) with the columns of {@link JsonlFormat}. */
final class CsvFormat implements TextFormat {
  private static final List<String> HEADER =
      List.of(
          "custom_id",
          "question_id",
          "category",
          "image",
          "prompt",
          "text",
          "finish_reason",
          "prompt_tokens",
          "vision_tokens",
          "generated_tokens",
          "model",
          "model_fingerprint",
          "compression",
          "weight_format",
          "answered_at",
          "log_probabilities",
          "attempt",
          "reused_from_run",
          "reused_from_custom_id");

  /** The characters with which a spreadsheet formula may begin, half-width and full-width. */
  private static final String FORMULA = "=+-@\t\r\uFF1D\uFF0B\uFF0D\uFF20";

  private final boolean spreadsheetSafe;

  /**
   * @param spreadsheetSafe whether cells that a spreadsheet would evaluate as a formula are
   *     prefixed with an apostrophe
   */
  CsvFormat(boolean spreadsheetSafe) {
    this.spreadsheetSafe = spreadsheetSafe;
  }

  @Override
  public void begin(Appendable out) throws IOException {
    CSVFormat.RFC4180.printRecord(out, HEADER.toArray());
  }

  @Override
  public void write(ExportRow row, Appendable out) throws IOException {
    ObjectNode object = Columns.answered(row);
    List<String> values = new ArrayList<>();
    for (String column : HEADER) {
      String value =
          column.equals("question_id")
              ? Columns.plainQuestionId(row).orElse(null)
              : text(object.get(column));
      values.add(spreadsheetSafe ? guarded(value) : value);
    }
    CSVFormat.RFC4180.printRecord(out, values.toArray());
  }

  private static String guarded(String value) {
    boolean formula = value != null && !value.isEmpty() && FORMULA.indexOf(value.charAt(0)) >= 0;
    return formula ? "'" + value : value;
  }

  private static String text(JsonNode value) {
    if (value.isNull()) {
      return null;
    }
    return value.isContainerNode() ? value.toString() : value.asText();
  }
}
