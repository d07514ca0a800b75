package org.stfbatch.job.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.ExportStore;
import org.stfbatch.db.Run;
import org.stfbatch.file.OutputException;

/**
 * Exports the answers of a run, in ingest order, as parts of a fixed number of rows. Parts that an
 * earlier export has completed, and whose content would be the same, are kept; all others are
 * written anew, and parts behind the last one are deleted. Memory: one part's writer.
 */
public final class PartExporter {
  private final ExportStore store;

  public PartExporter(DataSource dataSource) {
    this.store = new ExportStore(dataSource);
  }

  /**
   * @param rows the most rows of a part
   * @throws OutputException if the folder holds parts that this export did not write
   */
  public PartResult export(Run run, PartFormat format, long rows, PartFolder folder)
      throws IOException {
    try {
      return store.inSnapshot(() -> exported(run, format, rows, folder));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private PartResult exported(Run run, PartFormat format, long rows, PartFolder folder) {
    try {
      List<String> wanted =
          folder.manifest(name(0, format)).isPresent() ? contents(run, format, rows) : List.of();
      Parts parts = new Parts(run, format, rows, folder, wanted);
      try {
        store.forEach(run.runId(), parts::take);
        parts.endPart();
      } finally {
        parts.close();
      }
      deleteFrom(parts.count(), run, format, folder);
      return parts.result();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what each part would hold. */
  private List<String> contents(Run run, PartFormat format, long rows) {
    List<String> contents = new ArrayList<>();
    RowDigest digest = new RowDigest(format.identity());
    store.forEach(
        run.runId(),
        row -> {
          if (row.answer().isPresent()) {
            digest.add(row);
            if (digest.rows() == rows) {
              contents.add(digest.end());
            }
          }
        });
    if (digest.rows() > 0) {
      contents.add(digest.end());
    }
    return contents;
  }

  private static void deleteFrom(int first, Run run, PartFormat format, PartFolder folder)
      throws IOException {
    int part = first;
    while (folder
        .manifest(name(part, format))
        .filter(m -> m.run().equals(run.name()))
        .isPresent()) {
      folder.delete(name(part++, format));
    }
  }

  private static String name(int part, PartFormat format) {
    return "part-%05d%s".formatted(part, format.extension());
  }

  /** Distributes the rows to parts. */
  private static final class Parts implements AutoCloseable {
    private final Run run;
    private final PartFormat format;
    private final long rows;
    private final PartFolder folder;
    private final List<String> wanted;
    private final RowDigest digest;
    private final RowCounts counts = new RowCounts();
    private Optional<OpenPart> open = Optional.empty();
    private boolean inPart;
    private int part;
    private long written;
    private long kept;

    Parts(Run run, PartFormat format, long rows, PartFolder folder, List<String> wanted) {
      this.run = run;
      this.format = format;
      this.rows = rows;
      this.folder = folder;
      this.wanted = wanted;
      this.digest = new RowDigest(format.identity());
    }

    void take(ExportRow row) {
      try {
        if (row.answer().isPresent()) {
          add(row);
        }
        counts.add(row);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void add(ExportRow row) throws IOException {
      if (!inPart) {
        begin();
      }
      digest.add(row);
      if (open.isPresent()) {
        open.get().write(row);
      }
      if (digest.rows() == rows) {
        endPart();
      }
    }

    private void begin() throws IOException {
      String name = name(part, format);
      Optional<PartManifest> manifest = folder.manifest(name);
      OptionalLong size = folder.size(name);
      if (size.isPresent() && manifest.isEmpty()
          || !manifest.map(m -> m.run().equals(run.name())).orElse(true)) {
        throw new OutputException(
            "%s has a %s that is no part of an export of run %s: give another --out"
                .formatted(folder, name, run.name()));
      }
      inPart = true;
      if (isComplete(manifest, size)) {
        kept++;
        return;
      }
      folder.write(name, PartManifest.begun(run.name()));
      open = Optional.of(OpenPart.begin(folder.begin(name), format, counts.answered()));
    }

    private boolean isComplete(Optional<PartManifest> manifest, OptionalLong size) {
      return part < wanted.size()
          && manifest.isPresent()
          && manifest.get().holds(wanted.get(part))
          && size.orElse(-1) == manifest.get().bytes();
    }

    void endPart() throws IOException {
      if (!inPart) {
        return;
      }
      long count = digest.rows();
      String content = digest.end();
      if (open.isPresent()) {
        String name = name(part, format);
        long bytes = open.get().commit();
        if (open.get().isWhole()) {
          folder.write(name, new PartManifest(run.name(), count, bytes, content));
        }
        open.get().close();
        open = Optional.empty();
        written++;
      }
      inPart = false;
      part++;
    }

    int count() {
      return part;
    }

    PartResult result() {
      return new PartResult(counts.result(), written, kept);
    }

    @Override
    public void close() throws IOException {
      if (open.isPresent()) {
        open.get().close();
      }
    }
  }
}
