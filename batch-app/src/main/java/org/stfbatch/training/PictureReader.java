package org.stfbatch.training;

import java.nio.file.Path;
import java.util.List;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;

/** Reads images and preprocesses them for the vision tower, on all processors. Thread safe. */
final class PictureReader {
  private final Path root;
  private final ImageLoader loader = new ImageLoader(ImageLimits.defaults());
  private final ClipImageProcessor processor;

  /**
   * @param root the folder that references are relative to
   */
  PictureReader(Path root, ClipImageConfig config) {
    this.root = root;
    this.processor = new ClipImageProcessor(config);
  }

  /**
   * An image to read.
   *
   * @param reference as written in the data
   * @param sample the first sample about the image
   */
  record Wanted(String reference, String sample) {}

  /**
   * @return [3, S, S] uint8 each, planar
   * @throws TrainingDataException if an image cannot be used; the message names the first sample
   *     about it
   */
  List<byte[]> read(List<Wanted> pictures) {
    return pictures.parallelStream().map(this::read).toList();
  }

  private byte[] read(Wanted picture) {
    try {
      ImageSource source = ImageSource.parse(picture.reference(), root);
      return loader.load(source, processor::process).chw();
    } catch (ImageException e) {
      throw new TrainingDataException(
          "%s: its picture \"%s\" cannot be used (%s): check --images, or leave the sample out"
              .formatted(picture.sample(), picture.reference(), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading pictures", e);
    }
  }
}
