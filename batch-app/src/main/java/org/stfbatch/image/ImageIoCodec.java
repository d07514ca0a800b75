package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** Decodes through one particular ImageIO plug-in. */
final class ImageIoCodec implements Codec {
  private final ImageReaderSpi plugin;

  ImageIoCodec(ImageReaderSpi plugin) {
    this.plugin = requireNonNull(plugin, "plugin is null");
  }

  /**
   * The JDK's own plug-in of that class name. Others may be registered for the same format in an
   * order that depends on the class path; the pixels must not.
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

  @Override
  public RgbImage decode(byte[] data, PixelLimit limit) throws IOException {
    ImageReader reader = plugin.createReaderInstance();
    try (ByteArrayImageInput input = new ByteArrayImageInput(data)) {
      reader.setInput(input, false, true);
      limit.check(reader.getWidth(0), reader.getHeight(0));
      BufferedImage image = reader.read(0);
      return RasterToRgb.convert(image);
    } finally {
      reader.dispose();
    }
  }
}
