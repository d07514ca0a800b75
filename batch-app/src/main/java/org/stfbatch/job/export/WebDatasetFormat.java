package org.stfbatch.job.export;

import java.io.OutputStream;
import java.util.Optional;

/**
 * Parts as WebDataset shards: the answer as {@code .txt}, all columns as {@code .json} and, if
 * there are images, the image file with its extension.
 *
 * @param images reads the images; empty for shards without them
 */
public record WebDatasetFormat(Optional<ExportedImages> images) implements PartFormat {
  @Override
  public String extension() {
    return ".tar";
  }

  @Override
  public String identity() {
    return images.isPresent() ? "webdataset with images" : "webdataset";
  }

  @Override
  public RowWriter writer(long firstRow, OutputStream out) {
    return new TarRows(firstRow, out, images);
  }
}
