package org.stfbatch.job.ingest;

import java.io.IOException;
import java.nio.file.Path;
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
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamException;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.job.InputException;

/**
 * Reads questions from an Apache Parquet file whose columns are named as question lines name their
 * fields. Memory: these columns of one row group, compressed as they are in the file.
 */
final class ParquetFileQuestions implements ItemStreamReader<NewImageJob> {
  /** The part of the memory that a row group may take. */
  private static final int MEMORY_SHARE = 3;

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
    try {
      reader = ParquetFileReader.open(new LocalInputFile(file), options());
      columns = ParquetColumns.of(reader.getFileMetaData().getSchema());
      reader.setRequestedSchema(columns.schema());
    } catch (UnusableColumnException e) {
      throw new InputException(file + " " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      throw new InputException(
          "%s is no Parquet file that can be read: %s".formatted(file, firstLine(e)), e);
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
          "%s cannot be read at row %d or after (%s): correct it; what came before is stored, ingest it again"
              .formatted(file, row + 1, firstLine(e)),
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

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
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
