package org.stfbatch.db;

import java.nio.charset.StandardCharsets;
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

/** Conversions of column values (nullable values, times, arrays) to the types of the records. */
final class Rows {

  private Rows() {}

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static Optional<Instant> optionalInstant(ResultSet row, String column) throws SQLException {
    return row.getObject(column) == null ? Optional.empty() : Optional.of(instant(row, column));
  }

  /** Returns the exact text of an answer. */
  static String answerText(ResultSet row) throws SQLException {
    byte[] exact = row.getBytes("text_utf8");
    return exact == null ? row.getString("text") : new String(exact, StandardCharsets.UTF_8);
  }

  static TokenCounts tokenCounts(ResultSet row) throws SQLException {
    return new TokenCounts(
        row.getInt("prompt_tokens"), row.getInt("vision_tokens"), row.getInt("generated_tokens"));
  }

  static OffsetDateTime timestamp(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  /**
   * Truncates to PostgreSQL's precision, microseconds, so that a record that is read equals the one
   * that was written.
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

  /** Reads the byte range of an image in the shard that is the location of the job's source. */
  static Optional<ShardRange> shard(ResultSet row) throws SQLException {
    long offset = row.getLong("shard_offset");
    return row.wasNull()
        ? Optional.empty()
        : Optional.of(new ShardRange(row.getString("shard"), offset, row.getLong("shard_length")));
  }

  /** Reads two array columns as an ordered map from texts to numbers; empty if they are null. */
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
