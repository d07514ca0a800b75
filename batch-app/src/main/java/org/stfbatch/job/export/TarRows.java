package org.stfbatch.job.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.stfbatch.db.ExportRow;

/**
 * Writes answers to a tar whose bytes depend on the rows and images alone: times are 0, owners are
 * root. The key of a sample is the number of its row.
 */
final class TarRows implements RowWriter {
  private static final int MODE = 0644;

  private final TarArchiveOutputStream tar;
  private final Optional<ExportedImages> images;
  private long row;
  private boolean whole = true;

  /**
   * @param firstRow number of the first row
   * @param out stays open
   */
  TarRows(long firstRow, OutputStream out, Optional<ExportedImages> images) {
    this.tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    this.tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    this.images = images;
    this.row = firstRow;
  }

  @Override
  public void write(ExportRow job) throws IOException {
    String key = "%09d.".formatted(row++);
    if (images.isPresent() && job.prompt().image().isPresent()) {
      Optional<ExportedImages.Image> image = images.get().of(job);
      whole &= image.isPresent();
      if (image.isPresent()) {
        add(key + image.get().extension(), image.get().data());
      }
    }
    add(key + "json", utf8(Columns.line(Columns.answered(job))));
    add(key + "txt", utf8(job.answer().orElseThrow().text()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void add(String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL);
    entry.setSize(content.length);
    entry.setModTime(0L);
    entry.setMode(MODE);
    entry.setIds(0, 0);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  @Override
  public void finish() throws IOException {
    tar.finish();
    tar.flush();
  }

  @Override
  public boolean isWhole() {
    return whole;
  }
}
