package org.stfbatch.job.ingest;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.stfbatch.image.ImageRoot;

/**
 * A question file with the place of its images.
 *
 * @param file what is read
 * @param location where the questions come from, as it is stored: an absolute path or an address
 * @param images the folder or prefix that the questions' images are in
 */
public record QuestionSource(Path file, String location, ImageRoot images) {
  public QuestionSource {
    requireNonNull(file, "file is null");
    requireNonNull(location, "location is null");
    requireNonNull(images, "images is null");
  }

  /** Returns a file of this machine with the folder of its images. */
  public static QuestionSource of(Path file, Path images) {
    return new QuestionSource(
        file,
        file.toAbsolutePath().normalize().toString(),
        new ImageRoot.Folder(images.toAbsolutePath().normalize()));
  }
}
