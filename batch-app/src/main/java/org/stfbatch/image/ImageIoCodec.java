package org.stfbatch.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** Decodes with a given ImageIO plug-in. */
final class ImageIoCodec {
  private ImageIoCodec() {}

  /**
   * Returns the JDK's plug-in of that class name. The order of registered plug-ins depends on the
   * class path; the pixels must not.
   */
  static ImageReaderSpi builtIn(String className) {
    Iterator<ImageReaderSpi> plugins =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, true);
    while (plugins.hasNext()) {
      ImageReaderSpi plugin = plugins.next();
      if (plugin.getClass().getName().equals(className)) {
        return plugin;
      }
    }
    throw new IllegalStateException(
        "this Java runtime lacks " + className + ": use a JDK with the module java.desktop");
  }

  /**
   * Reads the header with the plug-in.
   *
   * @param pixelBytes peak bytes per pixel while decoding, including the result
   */
  static EncodedImage open(ImageReaderSpi plugin, byte[] data, PixelLimit limit, int pixelBytes)
      throws IOException {
    ImageReader reader = plugin.createReaderInstance();
    try (ByteArrayImageInput input = new ByteArrayImageInput(data)) {
      reader.setInput(input, false, true);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      limit.check(width, height);
      return EncodedImage.of(
          width, height, pixelBytes, () -> RasterToRgb.convert(read(plugin, data)));
    } finally {
      reader.dispose();
    }
  }

  /** Decodes the first picture as the plug-in stores it. */
  static BufferedImage read(ImageReaderSpi plugin, byte[] data) throws IOException {
    ImageReader reader = plugin.createReaderInstance();
    try (ByteArrayImageInput input = new ByteArrayImageInput(data)) {
      reader.setInput(input, false, true);
      return reader.read(0);
    } finally {
      reader.dispose();
    }
  }
}
