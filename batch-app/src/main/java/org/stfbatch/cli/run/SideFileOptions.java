package org.stfbatch.cli.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import javax.sql.DataSource;
import org.stfbatch.base.Plural;
import org.stfbatch.db.Run;
import org.stfbatch.job.export.ExistingText;
import org.stfbatch.job.export.ExportFormat;
import org.stfbatch.job.export.SideFileExporter;
import org.stfbatch.job.export.SideFileResult;
import picocli.CommandLine.Option;

/** Options of exports to text files beside images. */
final class SideFileOptions {
  @Option(
      names = "--existing",
      paramLabel = "WHAT",
      description =
          "With --format sidecar, for a file that is there with another text, one of ${COMPLETION-CANDIDATES}."
              + " append and prepend add nothing that the file has already. Default: skip")
  private ExistingText existing;

  /**
   * @throws IllegalArgumentException if an option does not fit the format
   */
  void check(ExportFormat format) {
    if (existing != null && format != ExportFormat.SIDECAR) {
      throw new IllegalArgumentException("--existing is for --format sidecar");
    }
  }

  /**
   * Exports a run.
   *
   * @param out empty for the images' own folders
   * @return a message about the result
   */
  String export(DataSource dataSource, Run run, Optional<Path> out) throws IOException {
    SideFileResult result =
        new SideFileExporter(dataSource)
            .export(run, out, existing == null ? ExistingText.SKIP : existing);
    StringBuilder message =
        new StringBuilder(
            "%s: %s; %d written, %d unchanged"
                .formatted(
                    out.map(Path::toString).orElse("beside the images"),
                    Plural.of(result.counts().answered(), "answer"),
                    result.written(),
                    result.unchanged()));
    if (result.kept() > 0) {
      message.append(
          ", %d kept that had another text (--existing decides)".formatted(result.kept()));
    }
    if (result.elsewhere() > 0) {
      message.append(", %d about no image file of a folder".formatted(result.elsewhere()));
    }
    if (result.refused() > 0) {
      message.append(
          ", %d refused: %s".formatted(result.refused(), String.join("; ", result.refusals())));
    }
    return message
        .append(
            "; %s failed, %d %s waiting"
                .formatted(
                    Plural.of(result.counts().failed(), "job"),
                    result.counts().waiting(),
                    result.counts().waiting() == 1 ? "is" : "are"))
        .toString();
  }
}
