package org.stfbatch.job.ingest;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveStringifier;
import org.apache.parquet.schema.PrimitiveType;

/** Reads a number from a row according to the column's logical type. */
@FunctionalInterface
interface ParquetNumber {
  /**
   * Reads the number.
   *
   * @param index the column's index
   */
  Number read(Group row, int index);

  /** Returns the reader of a column; empty if its values are not numbers, for example times. */
  static Optional<ParquetNumber> of(PrimitiveType type) {
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
      return ofDecimal(type, decimal.getScale());
    }
    if (meaning instanceof IntLogicalTypeAnnotation whole) {
      return ofWhole(type, whole.isSigned());
    }
    if (meaning instanceof Float16LogicalTypeAnnotation) {
      PrimitiveStringifier half = type.stringifier();
      return Optional.of((row, i) -> Float.valueOf(half.stringify(row.getBinary(i, 0))));
    }
    return meaning == null ? ofPlain(type) : Optional.empty();
  }

  private static Optional<ParquetNumber> ofPlain(PrimitiveType type) {
    return switch (type.getPrimitiveTypeName()) {
      case FLOAT -> Optional.of((row, i) -> row.getFloat(i, 0));
      case DOUBLE -> Optional.of((row, i) -> row.getDouble(i, 0));
      default -> ofWhole(type, true);
    };
  }

  private static Optional<ParquetNumber> ofWhole(PrimitiveType type, boolean signed) {
    return switch (type.getPrimitiveTypeName()) {
      case INT32 ->
          Optional.of(
              signed
                  ? (row, i) -> row.getInteger(i, 0)
                  : (row, i) -> Integer.toUnsignedLong(row.getInteger(i, 0)));
      case INT64 ->
          Optional.of(
              signed ? (row, i) -> row.getLong(i, 0) : (row, i) -> unsigned(row.getLong(i, 0)));
      default -> Optional.empty();
    };
  }

  private static BigInteger unsigned(long bits) {
    return new BigInteger(Long.toUnsignedString(bits));
  }

  private static Optional<ParquetNumber> ofDecimal(PrimitiveType type, int scale) {
    return switch (type.getPrimitiveTypeName()) {
      case INT32 -> Optional.of((row, i) -> BigDecimal.valueOf(row.getInteger(i, 0), scale));
      case INT64 -> Optional.of((row, i) -> BigDecimal.valueOf(row.getLong(i, 0), scale));
      case BINARY, FIXED_LEN_BYTE_ARRAY ->
          Optional.of((row, i) -> decimal(row.getBinary(i, 0), scale));
      default -> Optional.empty();
    };
  }

  /** Decodes the big-endian two's complement of the Parquet specification of DECIMAL. */
  private static BigDecimal decimal(Binary unscaled, int scale) {
    byte[] bytes = unscaled.getBytes();
    return bytes.length == 0
        ? BigDecimal.valueOf(0, scale)
        : new BigDecimal(new BigInteger(bytes), scale);
  }
}
