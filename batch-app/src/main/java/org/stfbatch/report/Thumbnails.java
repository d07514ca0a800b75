package org.stfbatch.report;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.stfbatch.image.ImageErrorCode;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.image.ImageSource;
import org.stfbatch.image.RgbImage;

/** Creates thumbnails of jobs' images, for self-contained pages. Thread safe. */
final class Thumbnails {
  private static final int SIDE = 112;

  /** Larger images take about a second each, and a page shows about thirty. */
  private static final long MOST_PIXELS = 50_000_000;

  private final ImageLoader loader = new ImageLoader(limits());

  /**
   * A thumbnail, or why there is none.
   *
   * @param dataUri a JPEG; empty if there is none
   * @param note a short reason why there is none; empty if there is one, or if none is expected
   */
  record Thumbnail(String dataUri, String note) {
    private static final Thumbnail NONE = new Thumbnail("", "");
  }

  private static ImageLimits limits() {
    ImageLimits usual = ImageLimits.defaults();
    return new ImageLimits(
        usual.maxBytes(),
        MOST_PIXELS,
        usual.connectTimeout(),
        usual.readTimeout(),
        usual.retries());
  }

  /**
   * Returns the thumbnail of a job's image. There is none if the job has no image, or the image
   * cannot be read, as is common for failed jobs, is too large, or would have to be downloaded: a
   * report makes no network requests.
   *
   * @param root folder of relative paths
   */
  Thumbnail of(Optional<String> reference, Optional<String> root) throws InterruptedException {
    if (reference.isEmpty()) {
      return Thumbnail.NONE;
    }
    try {
      ImageSource source =
          ImageSource.parse(reference.get(), ImageRoot.parse(root.orElse("")), false);
      if (source instanceof ImageSource.Remote) {
        return Thumbnail.NONE;
      }
      BufferedImage small = loader.load(source, Thumbnails::scaled);
      return new Thumbnail("data:image/jpeg;base64," + jpeg(small), "");
    } catch (ImageException e) {
      boolean large = e.code() == ImageErrorCode.IMAGE_TOO_LARGE;
      return large ? new Thumbnail("", "too large to be shown") : Thumbnail.NONE;
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

  /** Wraps the image's bytes without copying them. */
  private static BufferedImage buffered(RgbImage image) {
    ColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_BYTE);
    byte[] rgb = image.rgb();
    return new BufferedImage(
        model,
        Raster.createInterleavedRaster(
            new DataBufferByte(rgb, rgb.length),
            image.width(),
            image.height(),
            3 * image.width(),
            3,
            new int[] {0, 1, 2},
            null),
        false,
        null);
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
