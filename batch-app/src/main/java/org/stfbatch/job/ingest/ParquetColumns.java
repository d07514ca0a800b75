package org.stfbatch.job.ingest;

import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.stfbatch.base.Shortened;

/** Columns of a Parquet file that are fields of a question. */
final class ParquetColumns {
  private final MessageType schema;
  private final List<ParquetCell> cells;

  private ParquetColumns(MessageType schema, List<ParquetCell> cells) {
    this.schema = schema;
    this.cells = cells;
  }

  /**
   * Selects the columns.
   *
   * @param file the schema of the whole file
   * @throws UnusableColumnException if a column is missing or has an unsupported type
   */
  static ParquetColumns of(MessageType file) throws UnusableColumnException {
    if (!file.containsField("question_id") || !file.containsField("text")) {
      throw new UnusableColumnException(
          "has the columns %s: it must have question_id and text"
              .formatted(Shortened.given(names(file).toString())));
    }
    List<Type> wanted =
        file.getFields().stream()
            .filter(type -> QuestionCells.COLUMNS.contains(type.getName()))
            .toList();
    List<ParquetCell> cells = new ArrayList<>();
    for (Type type : wanted) {
      cells.add(ParquetCell.of(type));
    }
    return new ParquetColumns(new MessageType(file.getName(), wanted), cells);
  }

  static List<String> names(MessageType file) {
    return file.getFields().stream().map(Type::getName).toList();
  }

  /** Returns the schema with only these columns. */
  MessageType schema() {
    return schema;
  }

  boolean holds(String column) {
    return schema.containsField(column);
  }

  /**
   * Converts a row to the equivalent question line.
   *
   * @param number the row's number, from 1
   */
  Line line(Group row, long number) {
    QuestionCells question = new QuestionCells();
    for (int i = 0; i < cells.size(); i++) {
      if (row.getFieldRepetitionCount(i) > 0) {
        cells.get(i).add(row, i, question);
      }
    }
    return question.line(number);
  }
}
