package org.stfbatch.job.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.stfbatch.base.IoReason;
import org.stfbatch.base.Shortened;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.ExportStore;
import org.stfbatch.db.Run;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.image.ImageSource;

/**
 * Exports each answer about an image of a folder to a text file beside the image, or to the same
 * path below another folder: {@code a/kite.jpg} gets {@code a/kite.txt}. An interrupted export can
 * simply be repeated.
 */
public final class SideFileExporter {
  private static final int NAMED = 3;

  private final ExportStore store;

  public SideFileExporter(DataSource dataSource) {
    this.store = new ExportStore(dataSource);
  }

  /**
   * @param out the folder for the files; empty for the images' own folders
   * @throws IOException if a file cannot be written, which ends the export
   */
  public SideFileResult export(Run run, Optional<Path> out, ExistingText existing)
      throws IOException {
    Rows rows = new Rows(out.map(path -> path.toAbsolutePath().normalize()), existing);
    try {
      store.forEach(run.runId(), rows::take);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return rows.result();
  }

  private static final class Rows {
    private final Optional<Path> out;
    private final SideFiles files;
    private final List<String> refusals = new ArrayList<>();
    private final RowCounts counts = new RowCounts();
    private final long[] outcomes = new long[SideFiles.Outcome.values().length];
    private long elsewhere;
    private long refused;

    Rows(Optional<Path> out, ExistingText existing) {
      this.out = out;
      this.files = new SideFiles(existing);
    }

    void take(ExportRow row) {
      counts.add(row);
      if (row.answer().isPresent()) {
        write(row);
      }
    }

    private void write(ExportRow row) {
      try {
        Optional<ImageSource.File> image = image(row);
        if (image.isEmpty()) {
          elsewhere++;
          return;
        }
        Path root = image.get().root().toAbsolutePath().normalize();
        SideFiles.Outcome outcome =
            files.write(
                out.orElse(root),
                sideFile(image.get(), root),
                out.isPresent(),
                row.answer().orElseThrow().text());
        outcomes[outcome.ordinal()]++;
      } catch (SideFiles.RefusedException e) {
        refused++;
        if (refusals.size() < NAMED) {
          refusals.add(e.getMessage());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(
            new IOException("a text cannot be written: " + IoReason.of(e), e));
      }
    }

    private static Optional<ImageSource.File> image(ExportRow row)
        throws SideFiles.RefusedException {
      if (row.prompt().image().isEmpty()
          || row.place().shard().isPresent()
          || row.place().root().isEmpty()) {
        return Optional.empty();
      }
      try {
        ImageSource source =
            ImageSource.parse(
                row.prompt().image().get(), ImageRoot.parse(row.place().root().get()), false);
        return source instanceof ImageSource.File file ? Optional.of(file) : Optional.empty();
      } catch (ImageException e) {
        throw new SideFiles.RefusedException(e.getMessage());
      }
    }

    /** Returns the path below the root of the file beside an image. */
    private static Path sideFile(ImageSource.File image, Path root)
        throws SideFiles.RefusedException {
      Path file = root.resolve(image.relativePath()).normalize();
      if (!file.startsWith(root) || file.equals(root)) {
        throw new SideFiles.RefusedException(
            "the image %s is not below %s".formatted(Shortened.given(image.relativePath()), root));
      }
      String name = file.getFileName().toString();
      int dot = name.lastIndexOf('.');
      Path side = file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ".txt");
      if (side.equals(file)) {
        throw new SideFiles.RefusedException(
            "the image %s has the name that its text would have"
                .formatted(Shortened.given(image.relativePath())));
      }
      return root.relativize(side);
    }

    SideFileResult result() {
      return new SideFileResult(
          counts.result(),
          outcomes[SideFiles.Outcome.WRITTEN.ordinal()],
          outcomes[SideFiles.Outcome.UNCHANGED.ordinal()],
          outcomes[SideFiles.Outcome.KEPT.ordinal()],
          elsewhere,
          refused,
          refusals);
    }
  }
}
