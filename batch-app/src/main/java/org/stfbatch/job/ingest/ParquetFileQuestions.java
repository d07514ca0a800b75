package org.stfbatch.job.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamException;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.base.IoReason;
import org.stfbatch.base.Shortened;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.job.InputException;

/**
 * Item reader of questions from an Apache Parquet file whose columns have the names of the fields
 * of question lines. Memory: these columns of one row group, compressed as in the file.
 */
final class ParquetFileQuestions implements ItemStreamReader<NewImageJob> {
  /** A row group may take one part in this many of the heap. */
  private static final int MEMORY_SHARE = 3;

  private static final Pattern CODE =
      Pattern.compile("[a-z]+\\.[a-z.]+\\.[A-Z]|Exception|[Cc]lass |[a-z]\\(|\\[\\d+, ");

  private final Path file;
  private final LineParser questions;
  private ParquetFileReader reader;
  private ParquetColumns columns;
  private RecordReader<Group> rows;
  private long rowsLeft;
  private int rowGroup;
  private long row;

  ParquetFileQuestions(Path file, LineParser questions) {
    this.file = file;
    this.questions = questions;
  }

  @Override
  public void open(ExecutionContext context) {
    requireSignature();
    try {
      reader = ParquetFileReader.open(new LocalInputFile(file), options());
      MessageType schema = reader.getFileMetaData().getSchema();
      QuestionCells.requireNoSettingIn(file, ParquetColumns.names(schema));
      columns = ParquetColumns.of(schema);
      reader.setRequestedSchema(columns.schema());
    } catch (UnusableColumnException e) {
      throw new InputException(file + " " + e.getMessage(), e);
    } catch (InputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new InputException(
          "%s is no Parquet file that can be read: %s".formatted(file, reason(e)), e);
    }
  }

  private void requireSignature() {
    try (InputStream in = QuestionFileHead.open(file)) {
      QuestionFileHead.of(file, in).requireParquet();
    } catch (IOException e) {
      throw new InputException(file + " cannot be read: " + IoReason.withoutFile(e), e);
    }
  }

  private static ParquetReadOptions options() {
    return ParquetReadOptions.builder()
        .withCodecFactory(new ParquetCodecs())
        .usePageChecksumVerification()
        .build();
  }

  @Override
  public NewImageJob read() {
    try {
      while (rowsLeft == 0) {
        if (!nextRowGroup()) {
          return null;
        }
      }
      NewImageJob job = questions.parse(columns.line(rows.read(), row + 1));
      rowsLeft--;
      row++;
      return job;
    } catch (InputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new InputException(
          "%s cannot be read at row %d or after (%s): write it anew"
              .formatted(file, row + 1, reason(e)),
          e);
    }
  }

  private boolean nextRowGroup() throws IOException {
    if (rowGroup < reader.getRowGroups().size()) {
      requireRoom(reader.getRowGroups().get(rowGroup));
    }
    rowGroup++;
    PageReadStore pages = reader.readNextRowGroup();
    if (pages == null) {
      return false;
    }
    rows =
        new ColumnIOFactory()
            .getColumnIO(columns.schema())
            .getRecordReader(pages, new GroupRecordConverter(columns.schema()));
    rowsLeft = pages.getRowCount();
    return true;
  }

  private void requireRoom(BlockMetaData group) {
    long bytes =
        group.getColumns().stream()
            .filter(column -> columns.holds(column.getPath().toArray()[0]))
            .mapToLong(ColumnChunkMetaData::getTotalSize)
            .sum();
    if (bytes > Runtime.getRuntime().maxMemory() / MEMORY_SHARE) {
      throw new InputException(
          "row group %d of %s has %d MiB, too much for this program's memory: write it with smaller row groups"
              .formatted(rowGroup + 1, file, bytes >> 20));
    }
  }

  /** Returns the library's message, unless it consists of class names or code. */
  private static String reason(Exception e) {
    String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    boolean usable = !said.isBlank() && !said.equals("null") && !CODE.matcher(said).find();
    return usable ? Shortened.given(said) : "it is damaged";
  }

  @Override
  public void close() {
    if (reader != null) {
      try {
        reader.close();
      } catch (IOException e) {
        throw new ItemStreamException("cannot close " + file, e);
      }
    }
  }
}
