package org.stfbatch.job.ingest;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/** Takes one column's value out of a row that has one. */
@FunctionalInterface
interface ParquetCell {
  /** The column of images, which may hold their files. */
  String IMAGE = "image";

  /** Whatever image it is: what counts is what the bytes are. */
  String DATA_URI = "data:;base64,";

  /**
   * @param index the column's
   */
  void add(Group row, int index, QuestionCells question);

  /**
   * How a column is read: text, numbers and lists of texts as they are; as an image its path, the
   * bytes of its file, or {@code {bytes, path}} as Hugging Face's data sets have it.
   *
   * @throws UnusableColumnException if it is nothing of that
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
                        name, type, name.equals(IMAGE) ? "text or bytes" : "text or numbers")));
  }

  private static Optional<ParquetCell> ofPrimitive(PrimitiveType type) {
    String name = type.getName();
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    boolean whole = meaning == null || meaning instanceof IntLogicalTypeAnnotation;
    if (type.isRepetition(Type.Repetition.REPEATED)) {
      return Optional.empty();
    }
    return switch (type.getPrimitiveTypeName()) {
      case BINARY ->
          Optional.of(
              name.equals(IMAGE) && meaning == null
                  ? (row, i, question) -> question.addText(name, dataUri(row.getBinary(i, 0)))
                  : (row, i, question) -> question.addText(name, text(row.getBinary(i, 0))));
      case INT32 ->
          whole
              ? Optional.of((row, i, question) -> question.addNumber(name, row.getInteger(i, 0)))
              : Optional.empty();
      case INT64 ->
          whole
              ? Optional.of((row, i, question) -> question.addNumber(name, row.getLong(i, 0)))
              : Optional.empty();
      case FLOAT -> Optional.of((row, i, question) -> question.addNumber(name, row.getFloat(i, 0)));
      case DOUBLE ->
          Optional.of((row, i, question) -> question.addNumber(name, row.getDouble(i, 0)));
      default -> Optional.empty();
    };
  }

  private static Optional<ParquetCell> ofGroup(GroupType type) {
    String name = type.getName();
    if (name.equals(IMAGE) && isBinary(type, "bytes") && isBinary(type, "path")) {
      return Optional.of((row, i, question) -> addImage(row.getGroup(i, 0), question));
    }
    if (type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation
        && !type.getType(0).isPrimitive()
        && isBinary(type.getType(0).asGroupType(), 0)) {
      return Optional.of((row, i, question) -> question.addTexts(name, texts(row.getGroup(i, 0))));
    }
    return Optional.empty();
  }

  private static boolean isBinary(GroupType group, String field) {
    return group.containsField(field) && isBinary(group, group.getFieldIndex(field));
  }

  private static boolean isBinary(GroupType group, int field) {
    Type type = group.getType(field);
    return type.isPrimitive()
        && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
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

  private static String text(Binary utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8.toByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a text is not UTF-8", e);
    }
  }
}
