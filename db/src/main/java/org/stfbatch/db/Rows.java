package org.stfbatch.db;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Column values that may be null, and times, as the records have them. */
final class Rows {

  private Rows() {}

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static Optional<Instant> optionalInstant(ResultSet row, String column) throws SQLException {
    return row.getObject(column) == null ? Optional.empty() : Optional.of(instant(row, column));
  }

  static OffsetDateTime timestamp(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  /**
   * The precision in which PostgreSQL keeps times, so that a record read equals the one written.
   */
  static Instant storablePrecision(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS);
  }

  static Optional<String> text(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }

  static OptionalInt integer(ResultSet row, String column) throws SQLException {
    int value = row.getInt(column);
    return row.wasNull() ? OptionalInt.empty() : OptionalInt.of(value);
  }

  static OptionalLong longInteger(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
  }

  static OptionalDouble real(ResultSet row, String column) throws SQLException {
    double value = row.getDouble(column);
    return row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Two arrays as a map from the one to the other, in their order; empty for nulls. */
  static Map<String, Double> realsByText(ResultSet row, String texts, String reals)
      throws SQLException {
    Array keys = row.getArray(texts);
    if (keys == null) {
      return Map.of();
    }
    String[] names = (String[]) keys.getArray();
    Double[] values = (Double[]) row.getArray(reals).getArray();
    Map<String, Double> byText = new LinkedHashMap<>();
    for (int i = 0; i < names.length; i++) {
      byText.put(names[i], values[i]);
    }
    return byText;
  }

  static Optional<List<String>> texts(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    return array == null ? Optional.empty() : Optional.of(List.of((String[]) array.getArray()));
  }
}
