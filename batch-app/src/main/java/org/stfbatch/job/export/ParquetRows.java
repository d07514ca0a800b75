package org.stfbatch.job.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.RecordConsumer;
import org.stfbatch.db.ExportRow;

/** Writes answers to an Apache Parquet file. Memory: one row group. */
final class ParquetRows implements RowWriter {
  /** Large enough to compress well, and small enough for the memory of any machine. */
  private static final long ROW_GROUP_BYTES = 16L << 20;

  private final ParquetWriter<ExportRow> writer;

  /**
   * @param out stays open
   */
  ParquetRows(OutputStream out) throws IOException {
    this.writer =
        new Builder(new Stream(out))
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .withRowGroupSize(ROW_GROUP_BYTES)
            .build();
  }

  @Override
  public void write(ExportRow row) throws IOException {
    writer.write(row);
  }

  @Override
  public void finish() throws IOException {
    writer.close();
  }

  private static final class Builder extends ParquetWriter.Builder<ExportRow, Builder> {
    Builder(OutputFile file) {
      super(file);
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** The library declares this deprecated variant abstract, not its replacement. */
    @Override
    @SuppressWarnings("deprecation")
    protected WriteSupport<ExportRow> getWriteSupport(Configuration unused) {
      return new Support();
    }
  }

  private static final class Support extends WriteSupport<ExportRow> {
    private RecordConsumer record;

    /** The library declares this deprecated variant abstract, not its replacement. */
    @Override
    @SuppressWarnings("deprecation")
    public WriteContext init(Configuration unused) {
      return new WriteContext(AnswerColumns.SCHEMA, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      record = consumer;
    }

    @Override
    public void write(ExportRow row) {
      record.startMessage();
      new AnswerColumns(record).write(row);
      record.endMessage();
    }
  }

  /** Adapts a stream to the library's output file; Parquet is written sequentially. */
  private record Stream(OutputStream out) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSizeHint) {
      return new Counted(out);
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
      return create(blockSizeHint);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }

  private static final class Counted extends PositionOutputStream {
    private final OutputStream out;
    private long position;

    Counted(OutputStream out) {
      this.out = out;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      position++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      position += length;
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    /** Flushes; the caller closes the stream. */
    @Override
    public void close() throws IOException {
      out.flush();
    }
  }
}
