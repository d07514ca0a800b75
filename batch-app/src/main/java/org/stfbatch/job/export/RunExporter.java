package org.stfbatch.job.export;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import javax.sql.DataSource;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.ExportStore;
import org.stfbatch.db.Run;

/** Exports the answers of a run in ingest order, and optionally its failures. */
public final class RunExporter {
  private final ExportStore store;

  public RunExporter(DataSource dataSource) {
    this.store = new ExportStore(dataSource);
  }

  /**
   * @param spreadsheetSafe whether CSV cells that a spreadsheet would evaluate as a formula are
   *     prefixed with an apostrophe
   * @param answers stays open
   * @param failures receives the failed jobs as JSON lines; stays open
   */
  public ExportResult export(
      Run run,
      ExportFormat format,
      boolean spreadsheetSafe,
      OutputStream answers,
      Optional<OutputStream> failures)
      throws IOException {
    RowWriter answered = format.answers(run.name(), answers, spreadsheetSafe);
    Optional<RowWriter> failed = Optional.empty();
    if (failures.isPresent()) {
      failed = Optional.of(format.failures(run.name(), failures.get()));
    }
    Rows rows = new Rows(answered, failed);
    try {
      store.forEach(run.runId(), rows::take);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    answered.finish();
    if (failed.isPresent()) {
      failed.get().finish();
    }
    return rows.result();
  }

  /**
   * Exports the failures of a run that were retried, as JSON lines with the columns of failures.
   *
   * @param out stays open
   */
  public void exportPastFailures(Run run, OutputStream out) throws IOException {
    RowWriter lines = ExportFormat.JSONL.failures(run.name(), out);
    try {
      store.forEachPastFailure(
          run.runId(),
          row -> {
            try {
              lines.write(row);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    lines.finish();
  }

  /** Passes each row to its writer and counts. */
  private static final class Rows {
    private final RowWriter answers;
    private final Optional<RowWriter> failures;
    private final RowCounts counts = new RowCounts();

    Rows(RowWriter answers, Optional<RowWriter> failures) {
      this.answers = answers;
      this.failures = failures;
    }

    private void take(ExportRow row) {
      try {
        if (row.answer().isPresent()) {
          answers.write(row);
        } else if (row.failure().isPresent() && failures.isPresent()) {
          failures.get().write(row);
        }
        counts.add(row);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private ExportResult result() {
      return counts.result();
    }
  }
}
