package org.stfbatch.cli.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.job.export.ExportFormat;
import org.stfbatch.job.export.ExportResult;
import org.stfbatch.job.export.RunExporter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes a run's answers to a file. */
@Command(name = "export", description = "Writes a run's answers to a file, in ingest order.")
public final class ExportCommand implements Callable<Integer> {
  private final Stores stores;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "The run's name.")
  private String run;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to; replaced only when it is complete.")
  private Path out;

  @Option(
      names = "--format",
      defaultValue = "llava",
      paramLabel = "FORMAT",
      description =
          "One of ${COMPLETION-CANDIDATES}; llava is the original's answer line, openai the Batch API's output line."
              + " Default: ${DEFAULT-VALUE}")
  private ExportFormat format;

  @Option(
      names = "--failures",
      paramLabel = "FILE",
      description =
          "Where to write the failed jobs, as JSON lines; with --format openai as its error lines.")
  private Path failures;

  ExportCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException {
    try (Stores.Connected db = stores.open();
        WholeFile answerFile = new WholeFile(out);
        WholeFile failureFile = failures == null ? null : new WholeFile(failures)) {
      ExportResult result =
          new RunExporter(db.database().dataSource())
              .export(
                  db.run(run),
                  format,
                  answerFile.stream(),
                  Optional.ofNullable(failureFile).map(WholeFile::stream));
      answerFile.commit();
      if (failureFile != null) {
        failureFile.commit();
      }
      System.out.printf("%s: %d answers", out, result.answered());
      System.out.printf("; %d jobs failed, %d are waiting%n", result.failed(), result.waiting());
      return 0;
    }
  }
}
