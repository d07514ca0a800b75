package org.stfbatch.cli.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code export}: writes a run's answers to a file. */
@Command(
    name = "export",
    description = {"Writes a run's answers to a file, in ingest order."},
    footer = {
      "  stf-batch export --run nightly --out answers.jsonl",
      "  stf-batch export --run nightly --out answers.csv --failures failures.jsonl",
      "  stf-batch export --run nightly --out s3://results/nightly.parquet",
      "  stf-batch export --run captions --format sidecar",
      "  stf-batch export --run nightly --format webdataset --with-images --out shards"
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
      paramLabel = "FILE",
      description =
          "The output file, - for standard output, or s3://BUCKET/KEY; an existing one is replaced only when the new one is complete."
              + " A folder, or s3://BUCKET/PREFIX/, for formats of several files; may be left out with --format sidecar.")
  private OutputFile out;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "One of ${COMPLETION-CANDIDATES}; llava: answer lines of the original; openai: output lines of the Batch API;"
              + " webdataset: tar shards; sidecar: a .txt file beside each image."
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
      names = "--past-failures",
      paramLabel = "FILE",
      description =
          "A file, or s3://BUCKET/KEY, for the failures that were retried, as JSON lines.")
  private StorageAddress pastFailures;

  @Option(
      names = "--spreadsheet-safe",
      description =
          "With --format csv: put an apostrophe before cells that begin with =, +, -, @, a tab or a carriage return, which spreadsheets treat as formulas.")
  private boolean spreadsheetSafe;

  @Mixin private PartOptions parts;

  @Mixin private SideFileOptions sideFiles;

  @Spec private CommandSpec spec;

  ExportCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException {
    if (format == null) {
      format =
          Optional.ofNullable(out)
              .flatMap(file -> file.format(BY_ENDING))
              .orElse(ExportFormat.LLAVA);
    }
    requireOut();
    parts.check(format);
    sideFiles.check(format);
    if (spreadsheetSafe && format != ExportFormat.CSV) {
      throw new IllegalArgumentException("--spreadsheet-safe is for --format csv");
    }
    if (parts.apply(format) || format == ExportFormat.SIDECAR) {
      return exportFiles();
    }
    checkOutputs();
    try (Stores.Connected db = stores.open();
        Storage storage = s3.storage()) {
      Run exported = db.run(run);
      RunInputs inputs = new RunInputs(db.database().dataSource());
      inputs.requireSpared("--out", out.address(), storage);
      inputs.requireSpared("--failures", failures, storage);
      inputs.requireSpared("--past-failures", pastFailures, storage);
      ExportResult result = export(db, exported, storage);
      if (pastFailures != null) {
        exportPastFailures(db, exported, storage);
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

  private void requireOut() {
    if (out == null && format != ExportFormat.SIDECAR) {
      throw new ParameterException(spec.commandLine(), "Missing required option: '--out=FILE'");
    }
  }

  /** Exports to several files. */
  private int exportFiles() throws IOException {
    requireFolder();
    OutputPaths paths = new OutputPaths().keepsOutOf("the program's store", stores.serverFolders());
    if (out != null) {
      paths.writesInto("--out", file("--out", out.address()));
    }
    paths.check();
    try (Stores.Connected db = stores.open();
        Storage storage = s3.storage()) {
      Run exported = db.run(run);
      DataSource data = db.database().dataSource();
      System.out.println(
          format == ExportFormat.SIDECAR
              ? sideFiles.export(data, exported, Optional.ofNullable(out).map(OutputFile::path))
              : parts.export(data, exported, format, out.address(), storage, s3.settings()));
      return 0;
    }
  }

  private void requireFolder() {
    String name = format.name().toLowerCase(Locale.ROOT);
    if (failures != null || pastFailures != null) {
      throw new IllegalArgumentException(
          "--failures and --past-failures are for formats of one file: export them with --format jsonl instead of "
              + name);
    }
    if (out != null && out.isStandardOutput()) {
      throw new IllegalArgumentException(
          "--format %s writes several files, not standard output: give a folder with --out"
              .formatted(name));
    }
  }

  private void checkOutputs() {
    requireApart("--out", out.address(), "--failures", failures);
    requireApart("--out", out.address(), "--past-failures", pastFailures);
    requireApart("--failures", failures, "--past-failures", pastFailures);
    new OutputPaths()
        .keepsOutOf("the program's store", stores.serverFolders())
        .writes("--out", file("--out", out.address()))
        .writes("--failures", file("--failures", failures))
        .writes("--past-failures", file("--past-failures", pastFailures))
        .check();
  }

  private static void requireApart(
      String option, StorageAddress one, String otherOption, StorageAddress other) {
    if (one instanceof StorageAddress.S3Object object && object.equals(other)) {
      throw new OutputException(
          "%s and %s name the same object, %s: give two"
              .formatted(option, otherOption, object.displayName()));
    }
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

  private void exportPastFailures(Stores.Connected db, Run exported, Storage storage)
      throws IOException {
    try (PendingOutput file = storage.begin(pastFailures)) {
      new RunExporter(db.database().dataSource()).exportPastFailures(exported, file.stream());
      file.commit();
    }
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
