package org.stfbatch.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Binder of array parameters for a statement that reads many rows {@code from unnest(?, ?, ...)}:
 * one array per column, in the order of the calls.
 */
final class ArrayParameters<T> {

  private final PreparedStatement statement;
  private final Connection connection;
  private final List<T> rows;
  private int index;

  /**
   * @param first position of the first array among the statement's parameters
   */
  ArrayParameters(PreparedStatement statement, List<T> rows, int first) throws SQLException {
    this.statement = statement;
    this.connection = statement.getConnection();
    this.rows = rows;
    this.index = first;
  }

  /** A group of columns that several statements share. */
  @FunctionalInterface
  interface Columns<T> {
    void addTo(ArrayParameters<T> parameters) throws SQLException;
  }

  ArrayParameters<T> with(Columns<T> columns) throws SQLException {
    columns.addTo(this);
    return this;
  }

  ArrayParameters<T> texts(Function<T, String> value) throws SQLException {
    return set("text", rows.stream().map(value).toArray(String[]::new));
  }

  ArrayParameters<T> integers(Function<T, Integer> value) throws SQLException {
    return set("int4", rows.stream().map(value).toArray(Integer[]::new));
  }

  ArrayParameters<T> longs(Function<T, Long> value) throws SQLException {
    return set("int8", rows.stream().map(value).toArray(Long[]::new));
  }

  ArrayParameters<T> reals(Function<T, Double> value) throws SQLException {
    return set("float8", rows.stream().map(value).toArray(Double[]::new));
  }

  ArrayParameters<T> bytes(Function<T, byte[]> value) throws SQLException {
    return set("bytea", rows.stream().map(value).toArray(byte[][]::new));
  }

  /** Adds a column of text lists, as array literals that the statement casts to {@code text[]}. */
  ArrayParameters<T> textLists(Function<T, List<String>> value) throws SQLException {
    return texts(
        row -> {
          List<String> list = value.apply(row);
          return list == null ? null : literal(list);
        });
  }

  /**
   * Adds a column of number lists, as array literals that the statement casts to {@code float8[]}.
   */
  ArrayParameters<T> realLists(Function<T, List<Double>> value) throws SQLException {
    return textLists(
        row -> {
          List<Double> list = value.apply(row);
          return list == null ? null : list.stream().map(String::valueOf).toList();
        });
  }

  private ArrayParameters<T> set(String type, Object[] column) throws SQLException {
    statement.setArray(index++, connection.createArrayOf(type, column));
    return this;
  }

  /** Syntax: PostgreSQL's manual, section "Array Input and Output Syntax". */
  private static String literal(List<String> list) {
    StringBuilder literal = new StringBuilder("{");
    for (String text : list) {
      literal.append(literal.length() == 1 ? "" : ",");
      literal.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
    }
    return literal.append('}').toString();
  }

  /** Returns null if there is no value. */
  static Integer boxed(OptionalInt value) {
    return value.isPresent() ? value.getAsInt() : null;
  }

  /** Returns null if there is no value. */
  static Long boxed(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }

  /** Returns null if there is no value. */
  static Double boxed(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}
