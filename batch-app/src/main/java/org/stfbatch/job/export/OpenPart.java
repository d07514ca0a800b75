package org.stfbatch.job.export;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.stfbatch.db.ExportRow;
import org.stfbatch.storage.PendingOutput;

/** A part that is being written. */
final class OpenPart implements AutoCloseable {
  private final PendingOutput output;
  private final Counted counted;
  private final RowWriter rows;

  private OpenPart(PendingOutput output, Counted counted, RowWriter rows) {
    this.output = output;
    this.counted = counted;
    this.rows = rows;
  }

  /**
   * @param output closed with the part, or if it cannot be begun
   */
  static OpenPart begin(PendingOutput output, PartFormat format, long firstRow) throws IOException {
    try {
      Counted counted = new Counted(output.stream());
      return new OpenPart(output, counted, format.writer(firstRow, counted));
    } catch (IOException | RuntimeException e) {
      output.close();
      throw e;
    }
  }

  void write(ExportRow row) throws IOException {
    rows.write(row);
  }

  /** Completes the part and returns its size. */
  long commit() throws IOException {
    rows.finish();
    output.commit();
    return counted.bytes;
  }

  /** Returns whether it has everything that it should have. */
  boolean isWhole() {
    return rows.isWhole();
  }

  @Override
  public void close() throws IOException {
    output.close();
  }

  private static final class Counted extends FilterOutputStream {
    private long bytes;

    Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      bytes++;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      out.write(buffer, offset, length);
      bytes += length;
    }
  }
}
