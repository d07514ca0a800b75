package org.stfbatch.job.ingest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.stfbatch.base.Shortened;

/** Reads the value of one Parquet column from a row that has one. */
@FunctionalInterface
interface ParquetCell {
  /** The image column, which may hold the bytes of image files. */
  String IMAGE = "image";

  /** Data URI without a media type: the image's format is detected from its bytes. */
  String DATA_URI = "data:;base64,";

  /**
   * Adds the value to a question.
   *
   * @param index the column's index
   */
  void add(Group row, int index, QuestionCells question);

  /**
   * Returns the reader of a column. Text, numbers and lists of texts are read unchanged and UUIDs
   * as text; an image as its path, the bytes of its file, or {@code {bytes, path}} as in Hugging
   * Face data sets.
   *
   * @throws UnusableColumnException if the column has another type
   */
  static ParquetCell of(Type type) throws UnusableColumnException {
    String name = type.getName();
    Optional<ParquetCell> cell =
        type.isPrimitive() ? ofPrimitive(type.asPrimitiveType()) : ofGroup(type.asGroupType());
    return cell.orElseThrow(
        () ->
            new UnusableColumnException(
                "has a column %s of the type \"%s\": make it %s"
                    .formatted(
                        name,
                        Shortened.given(type.toString().replaceAll("\\s+", " ")),
                        name.equals(IMAGE) ? "text or bytes" : "text or numbers")));
  }

  private static Optional<ParquetCell> ofPrimitive(PrimitiveType type) {
    String name = type.getName();
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    if (type.isRepetition(Type.Repetition.REPEATED)) {
      return Optional.empty();
    }
    if (type.getPrimitiveTypeName() == PrimitiveTypeName.BINARY) {
      if (meaning == null && name.equals(IMAGE)) {
        return Optional.of(
            (row, i, question) -> question.addText(name, dataUri(row.getBinary(i, 0))));
      }
      if (isText(type)) {
        return Optional.of((row, i, question) -> question.addText(name, text(row.getBinary(i, 0))));
      }
    }
    if (meaning instanceof UUIDLogicalTypeAnnotation) {
      return Optional.of((row, i, question) -> question.addText(name, uuid(row.getBinary(i, 0))));
    }
    return ParquetNumber.of(type)
        .map(number -> (row, i, question) -> question.addNumber(name, number.read(row, i)));
  }

  /**
   * Returns whether a column holds text. Binary columns without a logical type count as text: old
   * writers omit it.
   */
  private static boolean isText(Type type) {
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    return type.isPrimitive()
        && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
        && !type.isRepetition(Type.Repetition.REPEATED)
        && (meaning == null
            || meaning instanceof StringLogicalTypeAnnotation
            || meaning instanceof EnumLogicalTypeAnnotation
            || meaning instanceof JsonLogicalTypeAnnotation);
  }

  private static Optional<ParquetCell> ofGroup(GroupType type) {
    String name = type.getName();
    if (type.isRepetition(Type.Repetition.REPEATED)) {
      return Optional.empty();
    }
    if (name.equals(IMAGE) && isText(type, "bytes") && isText(type, "path")) {
      return Optional.of((row, i, question) -> addImage(row.getGroup(i, 0), question));
    }
    if (QuestionCells.LISTS.contains(name) && isListOfTexts(type)) {
      return Optional.of((row, i, question) -> question.addTexts(name, texts(row.getGroup(i, 0))));
    }
    return Optional.empty();
  }

  private static boolean isListOfTexts(GroupType type) {
    return type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation
        && type.getFieldCount() == 1
        && !type.getType(0).isPrimitive()
        && type.getType(0).asGroupType().getFieldCount() == 1
        && isText(type.getType(0).asGroupType().getType(0));
  }

  private static boolean isText(GroupType group, String field) {
    return group.containsField(field) && isText(group.getType(field));
  }

  private static void addImage(Group image, QuestionCells question) {
    if (image.getFieldRepetitionCount("bytes") > 0) {
      question.addText(IMAGE, dataUri(image.getBinary("bytes", 0)));
    } else if (image.getFieldRepetitionCount("path") > 0) {
      question.addText(IMAGE, text(image.getBinary("path", 0)));
    }
  }

  private static List<String> texts(Group list) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
      Group element = list.getGroup(0, i);
      texts.add(element.getFieldRepetitionCount(0) > 0 ? text(element.getBinary(0, 0)) : "");
    }
    return texts;
  }

  private static String dataUri(Binary bytes) {
    return DATA_URI + Base64.getEncoder().encodeToString(bytes.getBytes());
  }

  /** Returns the canonical text form of a UUID. */
  private static String uuid(Binary bytes) {
    ByteBuffer big = bytes.toByteBuffer();
    return new UUID(big.getLong(), big.getLong()).toString();
  }

  private static String text(Binary utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8.toByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a text is not UTF-8", e);
    }
  }
}
