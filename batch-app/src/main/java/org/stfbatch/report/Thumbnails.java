package org.stfbatch.report;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;
import org.stfbatch.image.RgbImage;

/** Small pictures of jobs' images, for pages that hold all they show. Thread safe. */
final class Thumbnails {
  private static final int SIDE = 112;

  private final ImageLoader loader = new ImageLoader(ImageLimits.defaults());

  /**
   * A JPEG as a data URI; empty for no image, one that cannot be read, as those of failed jobs
   * often are, and one that would have to be downloaded: a report asks nothing of the network.
   *
   * @param root folder of relative paths
   */
  Optional<String> of(Optional<String> reference, Optional<String> root)
      throws InterruptedException {
    if (reference.isEmpty()) {
      return Optional.empty();
    }
    try {
      ImageSource source = ImageSource.parse(reference.get(), Path.of(root.orElse("")));
      if (source instanceof ImageSource.Http) {
        return Optional.empty();
      }
      return Optional.of("data:image/jpeg;base64," + jpeg(scaled(loader.load(source))));
    } catch (ImageException e) {
      return Optional.empty();
    }
  }

  private static BufferedImage scaled(RgbImage image) {
    double scale = Math.min(1, (double) SIDE / Math.max(image.width(), image.height()));
    BufferedImage small =
        new BufferedImage(
            Math.max(1, (int) Math.round(image.width() * scale)),
            Math.max(1, (int) Math.round(image.height() * scale)),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = small.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(buffered(image), 0, 0, small.getWidth(), small.getHeight(), null);
    graphics.dispose();
    return small;
  }

  private static BufferedImage buffered(RgbImage image) {
    BufferedImage full =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    byte[] rgb = image.rgb();
    for (int y = 0, i = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++, i += 3) {
        full.setRGB(x, y, (rgb[i] & 255) << 16 | (rgb[i + 1] & 255) << 8 | rgb[i + 2] & 255);
      }
    }
    return full;
  }

  private static String jpeg(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "jpeg", bytes);
    } catch (IOException e) {
      throw new IllegalStateException("a picture in memory could not be written", e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
