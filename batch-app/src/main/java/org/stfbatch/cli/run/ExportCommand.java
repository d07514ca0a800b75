package org.stfbatch.cli.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.stfbatch.base.Plural;
import org.stfbatch.cli.option.OutputFile;
import org.stfbatch.cli.option.S3Options;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.db.Run;
import org.stfbatch.file.OutputException;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.job.export.ExportFormat;
import org.stfbatch.job.export.ExportResult;
import org.stfbatch.job.export.RunExporter;
import org.stfbatch.storage.PendingOutput;
import org.stfbatch.storage.Storage;
import org.stfbatch.storage.StorageAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code export}: writes a run's answers to a file. */
@Command(
    name = "export",
    description = {"Writes a run's answers to a file, in ingest order."},
    footer = {
      "  stf-batch export --run nightly --out answers.jsonl",
      "  stf-batch export --run nightly --out answers.csv --failures failures.jsonl",
      "  stf-batch export --run nightly --out s3://results/nightly.parquet"
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
          "The output file, - for standard output, or s3://BUCKET/KEY; an existing one is replaced only when the new one is complete.")
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
          "A file, or s3://BUCKET/KEY, for the failed jobs, as JSON lines; with --format openai, as error lines of the Batch API.")
  private StorageAddress failures;

  @Mixin private S3Options s3;

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
    checkOutputs();
    try (Stores.Connected db = stores.open();
        Storage storage = s3.storage()) {
      Run exported = db.run(run);
      RunInputs inputs = new RunInputs(db.database().dataSource());
      inputs.requireSpared("--out", out.address(), storage);
      inputs.requireSpared("--failures", failures, storage);
      ExportResult result = export(db, exported, storage);
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

  private void checkOutputs() {
    if (out.address().equals(failures) && failures instanceof StorageAddress.S3Object) {
      throw new OutputException(
          "--out and --failures name the same object, %s: give two"
              .formatted(failures.displayName()));
    }
    new OutputPaths()
        .keepsOutOf("the program's store", stores.serverFolders())
        .writes("--out", file("--out", out.address()))
        .writes("--failures", file("--failures", failures))
        .check();
  }

  /** Returns the path of a file; null if the address is an object or not given. */
  private static Path file(String option, StorageAddress address) {
    if (address instanceof StorageAddress.Http) {
      throw new OutputException(
          "%s %s cannot be written: give a file or s3://BUCKET/KEY"
              .formatted(option, address.displayName()));
    }
    return address instanceof StorageAddress.LocalFile file ? file.path() : null;
  }

  private ExportResult export(Stores.Connected db, Run exported, Storage storage)
      throws IOException {
    try (PendingOutput answerFile = storage.begin(out.address());
        PendingOutput failureFile = failures == null ? null : storage.begin(failures)) {
      ExportResult result =
          new RunExporter(db.database().dataSource())
              .export(
                  exported,
                  format,
                  spreadsheetSafe,
                  answerFile.stream(),
                  Optional.ofNullable(failureFile).map(PendingOutput::stream));
      answerFile.commit();
      if (failureFile != null) {
        failureFile.commit();
      }
      return result;
    }
  }
}
