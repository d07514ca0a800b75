package org.stfbatch.job.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Optional;
import javax.sql.DataSource;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.ExportStore;
import org.stfbatch.db.Run;

/** Writes the answers of a run, in ingest order, and if wanted its failures. */
public final class RunExporter {
  private final ExportStore store;

  public RunExporter(DataSource dataSource) {
    this.store = new ExportStore(dataSource);
  }

  /**
   * @param failures takes a JSON object for each failed job, a line each
   */
  public ExportResult export(
      Run run, ExportFormat format, Writer answers, Optional<Writer> failures) throws IOException {
    AnswerFormat answerFormat = format.writer(run.name());
    Counter counter = new Counter();
    answerFormat.begin(answers);
    try {
      store.forEach(run.runId(), row -> write(row, answerFormat, answers, failures, counter));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return new ExportResult(counter.answered, counter.failed, counter.waiting);
  }

  private static void write(
      ExportRow row,
      AnswerFormat format,
      Writer answers,
      Optional<Writer> failures,
      Counter counter) {
    try {
      if (row.answer().isPresent()) {
        format.write(row, answers);
        counter.answered++;
      } else if (row.failure().isPresent()) {
        if (failures.isPresent()) {
          failures.get().write(Columns.line(Columns.failed(row)));
        }
        counter.failed++;
      } else {
        counter.waiting++;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Counter {
    private long answered;
    private long failed;
    private long waiting;
  }
}
