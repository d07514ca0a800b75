package org.stfbatch.evaluation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reader of tab-separated values with the semantics of pandas' {@code read_table}: a field that
 * begins with a double quote ends with one and may hold tabs, line breaks and doubled quotes; empty
 * lines are skipped; certain words mean a missing value, even in quotes. Holds one row in memory.
 */
final class PandasTable implements AutoCloseable {
  private static final Set<String> NOTHING =
      Set.of(
          "",
          "#N/A",
          "#N/A N/A",
          "#NA",
          "-1.#IND",
          "-1.#QNAN",
          "-NaN",
          "-nan",
          "1.#IND",
          "1.#QNAN",
          "<NA>",
          "N/A",
          "NA",
          "NULL",
          "NaN",
          "None",
          "n/a",
          "nan",
          "null");
  private static final int END = -1;
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  private final FoundFile file;
  private final Reader in;
  private final List<String> columns;
  private final Map<String, Integer> places = new HashMap<>();
  private int next;
  private long line = 1;

  private PandasTable(FoundFile file, Reader in) throws IOException {
    this.file = file;
    this.in = in;
    advance();
    if (next == BYTE_ORDER_MARK) {
      advance();
    }
    this.columns = fields();
    if (columns.isEmpty()) {
      throw file.damaged("it is empty");
    }
    for (int i = 0; i < columns.size(); i++) {
      places.putIfAbsent(columns.get(i), i);
    }
  }

  /** A row; missing fields at its end are missing values. */
  final class Row {
    private final List<String> fields;
    private final long line;

    private Row(List<String> fields, long line) {
      this.fields = fields;
      this.line = line;
    }

    /** Returns the value; empty if it is missing. */
    Optional<String> value(String column) {
      Integer place = places.get(column);
      if (place == null) {
        throw file.damaged("it has no column \"" + column + "\"");
      }
      return place < fields.size()
          ? Optional.of(fields.get(place)).filter(field -> !NOTHING.contains(field))
          : Optional.empty();
    }

    /** Returns the row without the value of one column, which may be large. */
    Row without(String column) {
      List<String> rest = new ArrayList<>(fields);
      Integer place = places.get(column);
      if (place != null && place < rest.size()) {
        rest.set(place, "");
      }
      return new Row(rest, line);
    }

    String required(String column) {
      return value(column).orElseThrow(() -> file.damaged(where(column) + " holds nothing"));
    }

    /** Returns the name of a cell for messages. */
    String where(String column) {
      return "the row at line %d, column \"%s\",".formatted(line, column);
    }
  }

  /**
   * Passes all rows of a file to the consumer.
   *
   * @return the names of the columns
   */
  static List<String> read(FoundFile file, Consumer<Row> consumer) {
    try (BufferedReader reader = Files.newBufferedReader(file.path(), StandardCharsets.UTF_8);
        PandasTable table = new PandasTable(file, reader)) {
      table.rows(consumer);
      return table.columns;
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  private void rows(Consumer<Row> consumer) throws IOException {
    while (true) {
      long start = line;
      List<String> fields = fields();
      if (fields.isEmpty()) {
        return;
      } else if (fields.size() > columns.size()) {
        throw file.damaged(
            "the row at line %d has %d fields, and there are %d columns"
                .formatted(start, fields.size(), columns.size()));
      }
      consumer.accept(new Row(fields, start));
    }
  }

  /** Returns the fields of the next line that is not empty; none at the end. */
  private List<String> fields() throws IOException {
    while (isLineEnd()) {
      endLine();
    }
    List<String> fields = new ArrayList<>();
    if (next == END) {
      return fields;
    }
    fields.add(field());
    while (next == '\t') {
      advance();
      fields.add(field());
    }
    endLine();
    return fields;
  }

  private String field() throws IOException {
    StringBuilder field = new StringBuilder();
    if (next == '"') {
      quoted(field);
    }
    while (next != '\t' && next != END && !isLineEnd()) {
      field.append((char) next);
      advance();
    }
    return field.toString();
  }

  /** Text after the closing quote also belongs to the field. */
  private void quoted(StringBuilder field) throws IOException {
    long start = line;
    advance();
    while (true) {
      if (next == END) {
        throw file.damaged("the quotes that begin at line " + start + " do not end");
      } else if (next == '"') {
        advance();
        if (next != '"') {
          return;
        }
      }
      line += next == '\n' ? 1 : 0;
      field.append((char) next);
      advance();
    }
  }

  private boolean isLineEnd() {
    return next == '\n' || next == '\r';
  }

  private void endLine() throws IOException {
    boolean isReturn = next == '\r';
    if (isLineEnd()) {
      advance();
      line++;
    }
    if (isReturn && next == '\n') {
      advance();
    }
  }

  private void advance() throws IOException {
    next = in.read();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
