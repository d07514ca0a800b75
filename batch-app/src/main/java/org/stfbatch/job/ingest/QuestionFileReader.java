package org.stfbatch.job.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamException;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.stfbatch.base.IoReason;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.job.InputException;

/** Item reader of the lines of a question file. */
final class QuestionFileReader implements ItemStreamReader<NewImageJob> {
  /** Fits an image of about 45 MB as a data URI. */
  static final int MAX_LINE_BYTES = 64 << 20;

  private final Path file;
  private final LineParser parser;
  private final Consumer<QuestionFileHead> check;
  private LineReader lines;

  /**
   * @param check fails if the file is of another format
   */
  QuestionFileReader(Path file, LineParser parser, Consumer<QuestionFileHead> check) {
    this.file = file;
    this.parser = parser;
    this.check = check;
  }

  @Override
  public void open(ExecutionContext context) {
    try {
      InputStream in = QuestionFileHead.open(file);
      lines = new LineReader(in, MAX_LINE_BYTES);
      check.accept(QuestionFileHead.of(file, in));
    } catch (IOException e) {
      throw new InputException(file + " cannot be read: " + IoReason.withoutFile(e), e);
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
