package org.stfbatch.job.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamException;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.db.NewImageJob;

/** Reads a file of questions line by line. */
final class QuestionFileReader implements ItemStreamReader<NewImageJob> {
  /** Room for an image of some 45 MB as a data URI. */
  static final int MAX_LINE_BYTES = 64 << 20;

  private final Path file;
  private final LineParser parser;
  private LineReader lines;

  QuestionFileReader(Path file, LineParser parser) {
    this.file = file;
    this.parser = parser;
  }

  @Override
  public void open(ExecutionContext context) {
    try {
      lines = new LineReader(Files.newInputStream(file), MAX_LINE_BYTES);
    } catch (IOException e) {
      throw new ItemStreamException("cannot read " + file, e);
    }
  }

  @Override
  public NewImageJob read() throws IOException {
    Line line = lines.next();
    return line == null ? null : parser.parse(line);
  }

  @Override
  public void close() {
    if (lines != null) {
      try {
        lines.close();
      } catch (IOException e) {
        throw new ItemStreamException("cannot close " + file, e);
      }
    }
  }
}
