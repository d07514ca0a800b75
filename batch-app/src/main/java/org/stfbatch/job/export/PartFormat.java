package org.stfbatch.job.export;

import java.io.IOException;
import java.io.OutputStream;

/** Format of the parts of an export. */
public interface PartFormat {
  /** Returns the extension of the parts, with its dot. */
  String extension();

  /** Returns a text that differs for formats whose parts differ for the same rows. */
  String identity();

  /**
   * Returns a writer of one part.
   *
   * @param firstRow number of the part's first row among all rows of the export, from 0
   * @param out stays open
   */
  RowWriter writer(long firstRow, OutputStream out) throws IOException;

  /** Returns the format of Parquet files. */
  static PartFormat parquet() {
    return new PartFormat() {
      @Override
      public String extension() {
        return ".parquet";
      }

      @Override
      public String identity() {
        return "parquet";
      }

      @Override
      public RowWriter writer(long firstRow, OutputStream out) throws IOException {
        return new ParquetRows(out);
      }
    };
  }
}
