package org.stfbatch.image;

import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.spi.ImageReaderSpi;

/**
 * GIF decoder: the first frame on its logical screen, as Pillow shows it. Uncovered parts have the
 * transparent colour if there is one, else colour 0; a frame that exceeds the screen enlarges it.
 */
final class GifCodec implements Codec {
  private final ImageReaderSpi plugin =
      ImageIoCodec.builtIn("com.sun.imageio.plugins.gif.GIFImageReaderSpi");

  @Override
  public EncodedImage open(byte[] data, PixelLimit limit) throws IOException {
    GifLayout layout = GifLayout.parse(data);
    limit.check(layout.canvasWidth(), layout.canvasHeight());
    limit.check(layout.width(), layout.height());
    long canvas = (long) layout.canvasWidth() * layout.canvasHeight();
    long frame = (long) layout.width() * layout.height();
    return new EncodedImage(
        layout.canvasWidth(),
        layout.canvasHeight(),
        RGB * canvas + frame,
        () -> paint(layout, ImageIoCodec.read(plugin, layout.indices()).getRaster()));
  }

  private static RgbImage paint(GifLayout layout, Raster frame) {
    int width = layout.canvasWidth();
    int height = layout.canvasHeight();
    byte[] rgb = new byte[3 * width * height];
    int backdrop = layout.colour(Math.max(layout.transparent(), 0));
    if (layout.width() < width || layout.height() < height) {
      for (int i = 0; i < rgb.length; i += 3) {
        store(rgb, i, backdrop);
      }
    }
    int[] row = new int[layout.width()];
    for (int y = 0; y < layout.height(); y++) {
      frame.getSamples(0, y, layout.width(), 1, 0, row);
      int at = 3 * ((layout.top() + y) * width + layout.left());
      for (int index : row) {
        store(rgb, at, layout.colour(index));
        at += 3;
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private static void store(byte[] rgb, int at, int colour) {
    rgb[at] = (byte) (colour >> 16);
    rgb[at + 1] = (byte) (colour >> 8);
    rgb[at + 2] = (byte) colour;
  }
}
