package org.stfbatch.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Builder of a text report: lines, tables and named values. */
final class Text {
  private static final double KILO = 1000;

  private final StringBuilder text = new StringBuilder();
  private final List<List<String>> table = new ArrayList<>();

  static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  /** Formats bytes in decimal units with three significant digits. */
  static String bytes(double bytes) {
    double value = bytes / KILO / KILO;
    return value < KILO ? format("%.0f MB", value) : format("%.1f GB", value / KILO);
  }

  static String percent(double share) {
    return format("%.1f %%", 100 * share);
  }

  /** Ends the current table, if there is one, and adds a line. */
  Text line(String format, Object... arguments) {
    endTable();
    text.append(format(format, arguments)).append('\n');
    return this;
  }

  Text blank() {
    return line("");
  }

  /** Adds a row to the current table. Columns become as wide as their widest cell. */
  Text row(Object... cells) {
    table.add(Arrays.stream(cells).map(String::valueOf).toList());
    return this;
  }

  /** Adds a name with its value. */
  Text value(String name, String format, Object... arguments) {
    return row(name, format(format, arguments));
  }

  private void endTable() {
    int columns = table.stream().mapToInt(List::size).max().orElse(0);
    int[] widths =
        IntStream.range(0, columns)
            .map(column -> table.stream().mapToInt(row -> width(row, column)).max().orElse(0))
            .toArray();
    for (List<String> row : table) {
      text.append(
              IntStream.range(0, row.size())
                  .mapToObj(column -> padded(row.get(column), widths[column], column > 0))
                  .collect(Collectors.joining("  ")))
          .append('\n');
    }
    table.clear();
  }

  private static int width(List<String> row, int column) {
    return column < row.size() ? row.get(column).length() : 0;
  }

  private static String padded(String cell, int width, boolean right) {
    String room = " ".repeat(width - cell.length());
    return right ? room + cell : cell + room;
  }

  @Override
  public String toString() {
    endTable();
    return text.toString();
  }
}
