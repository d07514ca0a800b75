package org.stfbatch.job.export;

import java.io.IOException;
import java.io.OutputStream;

/** Export formats of a run. */
public enum ExportFormat {
  /** The answer line of LLaVA's evaluation scripts. */
  LLAVA,
  /** JSON lines with every column. */
  JSONL,
  /** Comma-separated values with a header. */
  CSV,
  /** Apache Parquet with the columns of {@link #CSV}. */
  PARQUET,
  /** The output line and the error line of OpenAI's Batch API. */
  OPENAI,
  /** WebDataset shards: see {@link PartExporter}. */
  WEBDATASET,
  /** Text files beside images: see {@link SideFileExporter}. */
  SIDECAR;

  /**
   * @throws IllegalArgumentException if the format has more than one file
   */
  RowWriter answers(String run, OutputStream out, boolean spreadsheetSafe) throws IOException {
    return switch (this) {
      case LLAVA -> new TextRows(new LlavaFormat(run), out);
      case JSONL -> new TextRows(new JsonlFormat(), out);
      case CSV -> new TextRows(new CsvFormat(spreadsheetSafe), out);
      case PARQUET -> new ParquetRows(out);
      case OPENAI -> new TextRows(new OpenAiFormat(run)::answered, out);
      case WEBDATASET, SIDECAR ->
          throw new IllegalArgumentException(this + " is not written to one file");
    };
  }

  RowWriter failures(String run, OutputStream out) throws IOException {
    return this == OPENAI
        ? new TextRows(new OpenAiFormat(run)::failed, out)
        : new TextRows((row, text) -> text.append(Columns.line(Columns.failed(row))), out);
  }
}
