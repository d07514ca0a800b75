package org.stfbatch.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Parquet files for tests. */
public final class ParquetTable {
  private static final String QUESTIONS =
      "required int64 question_id; optional binary image (STRING); required binary text (STRING);";

  private static final String IMAGES =
      """
      required int64 question_id; required binary text (STRING);
      optional group image { optional binary bytes; optional binary path (STRING); }
      """;

  private ParquetTable() {}

  /** Writes a table without rows. */
  public static Path empty(Path file, String columns) throws IOException {
    return write(file, columns, 1, List.of());
  }

  /** Writes a table of one row. */
  public static Path row(Path file, String columns, Consumer<Group> cells) throws IOException {
    Group row = new SimpleGroup(schema(columns));
    cells.accept(row);
    return write(file, columns, 1, List.of(row));
  }

  /**
   * Writes questions 0, 1, 2, ... about images.
   *
   * @param rowsPerGroup rows per row group
   */
  public static Path questions(Path file, int count, int rowsPerGroup) throws IOException {
    MessageType schema = schema(QUESTIONS);
    try (ParquetWriter<Group> writer = writer(file, schema, rowsPerGroup)) {
      for (int i = 0; i < count; i++) {
        writer.write(
            new SimpleGroup(schema)
                .append("question_id", (long) i)
                .append("image", "picture-" + i / 4 + ".jpg")
                .append("text", "What, then, is " + i + "?"));
      }
    }
    return file;
  }

  /**
   * Writes one question about each image, in the form of Hugging Face's data sets.
   *
   * @param rowsPerGroup rows per row group
   */
  public static Path withImages(Path file, List<byte[]> images, int rowsPerGroup)
      throws IOException {
    MessageType schema = schema(IMAGES);
    List<Group> rows = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      Group row = new SimpleGroup(schema).append("question_id", (long) i).append("text", "What?");
      row.addGroup("image")
          .append("bytes", Binary.fromConstantByteArray(images.get(i)))
          .append("path", "no such file");
      rows.add(row);
    }
    return write(file, IMAGES, rowsPerGroup, rows);
  }

  private static Path write(Path file, String columns, int rowsPerGroup, List<Group> rows)
      throws IOException {
    try (ParquetWriter<Group> writer = writer(file, schema(columns), rowsPerGroup)) {
      for (Group row : rows) {
        writer.write(row);
      }
    }
    return file;
  }

  private static MessageType schema(String columns) {
    return MessageTypeParser.parseMessageType("message table { " + columns + " }");
  }

  private static ParquetWriter<Group> writer(Path file, MessageType schema, int rowsPerGroup)
      throws IOException {
    return ExampleParquetWriter.builder(new LocalOutputFile(file))
        .withType(schema)
        .withRowGroupRowCountLimit(rowsPerGroup)
        .build();
  }

  /** Returns all rows of a file. */
  public static List<Group> rows(Path file) throws IOException {
    List<Group> rows = new ArrayList<>();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      MessageType schema = reader.getFileMetaData().getSchema();
      for (PageReadStore pages = reader.readNextRowGroup();
          pages != null;
          pages = reader.readNextRowGroup()) {
        RecordReader<Group> records =
            new ColumnIOFactory()
                .getColumnIO(schema)
                .getRecordReader(pages, new GroupRecordConverter(schema));
        for (long i = 0; i < pages.getRowCount(); i++) {
          rows.add(records.read());
        }
      }
    }
    return rows;
  }

  /** Returns the number of row groups of a file. */
  public static int rowGroups(Path file) throws IOException {
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      return reader.getRowGroups().size();
    }
  }
}
