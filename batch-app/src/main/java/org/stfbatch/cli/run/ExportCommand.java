package org.stfbatch.cli.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.stfbatch.base.Plural;
import org.stfbatch.cli.option.OutputFile;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.Run;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.file.WholeFile;
import org.stfbatch.job.export.ExportFormat;
import org.stfbatch.job.export.ExportResult;
import org.stfbatch.job.export.RunExporter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code export}: writes a run's answers to a file. */
@Command(
    name = "export",
    description = {"Writes a run's answers to a file, in ingest order."},
    footer = {
      "  stf-batch export --run nightly --out answers.jsonl",
      "  stf-batch export --run nightly --out answers.csv --failures failures.jsonl"
    })
public final class ExportCommand implements Callable<Integer> {
  /** The formats with an extension of their own; all others use .jsonl. */
  private static final Set<ExportFormat> BY_ENDING =
      EnumSet.of(ExportFormat.CSV, ExportFormat.PARQUET);

  private final Stores stores;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run.")
  private String run;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description =
          "The output file, - for standard output; an existing file is replaced only when the new one is complete.")
  private OutputFile out;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "One of ${COMPLETION-CANDIDATES}; llava: answer lines of the original; openai: output lines of the Batch API."
              + " Default: csv or parquet by the extension of --out, else llava")
  private ExportFormat format;

  @Option(
      names = "--failures",
      paramLabel = "FILE",
      description =
          "A file for the failed jobs, as JSON lines; with --format openai, as error lines of the Batch API.")
  private Path failures;

  @Option(
      names = "--past-failures",
      paramLabel = "FILE",
      description = "A file for the failures that were retried, as JSON lines.")
  private Path pastFailures;

  @Option(
      names = "--spreadsheet-safe",
      description =
          "With --format csv: put an apostrophe before cells that begin with =, +, -, @, a tab or a carriage return, which spreadsheets treat as formulas.")
  private boolean spreadsheetSafe;

  ExportCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException {
    if (format == null) {
      format = out.format(BY_ENDING).orElse(ExportFormat.LLAVA);
    }
    if (spreadsheetSafe && format != ExportFormat.CSV) {
      throw new IllegalArgumentException("--spreadsheet-safe is for --format csv");
    }
    OutputPaths paths =
        new OutputPaths()
            .keepsOutOf("the program's store", stores.serverFolders())
            .writes("--out", out.path())
            .writes("--failures", failures)
            .writes("--past-failures", pastFailures);
    paths.check();
    try (Stores.Connected db = stores.open()) {
      Run exported = db.run(run);
      RunInputs inputs = new RunInputs(db.database().dataSource());
      inputs.requireSpared("--out", out.path());
      inputs.requireSpared("--failures", failures);
      inputs.requireSpared("--past-failures", pastFailures);
      ExportResult result = export(db, exported);
      if (pastFailures != null) {
        exportPastFailures(db, exported);
      }
      out.messages()
          .printf(
              "%s: %s; %s failed, %d %s waiting%n",
              out,
              Plural.of(result.answered(), "answer"),
              Plural.of(result.failed(), "job"),
              result.waiting(),
              result.waiting() == 1 ? "is" : "are");
      return 0;
    }
  }

  private void exportPastFailures(Stores.Connected db, Run exported) throws IOException {
    try (WholeFile file = WholeFile.begin(pastFailures)) {
      new RunExporter(db.database().dataSource()).exportPastFailures(exported, file.stream());
      file.commit();
    }
  }

  private ExportResult export(Stores.Connected db, Run exported) throws IOException {
    try (WholeFile answerFile = WholeFile.begin(out.path());
        WholeFile failureFile = failures == null ? null : WholeFile.begin(failures)) {
      ExportResult result =
          new RunExporter(db.database().dataSource())
              .export(
                  exported,
                  format,
                  spreadsheetSafe,
                  answerFile.stream(),
                  Optional.ofNullable(failureFile).map(WholeFile::stream));
      answerFile.commit();
      if (failureFile != null) {
        failureFile.commit();
      }
      return result;
    }
  }
}
