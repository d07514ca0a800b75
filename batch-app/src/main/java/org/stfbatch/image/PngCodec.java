package org.stfbatch.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import javax.imageio.spi.ImageReaderSpi;

/**
 * PNG decoder on the JDK's plug-in. As in Pillow, data after the pixels is ignored and may be
 * missing.
 */
final class PngCodec implements Codec {
  private final ImageReaderSpi plugin =
      ImageIoCodec.builtIn("com.sun.imageio.plugins.png.PNGImageReaderSpi");

  @Override
  public EncodedImage open(byte[] data, PixelLimit limit) throws IOException {
    PngLayout layout = PngLayout.parse(data);
    limit.check(layout.width(), layout.height());
    // RGB samples are used without conversion.
    int pixelBytes = layout.isPlainRgb() ? RGB : layout.sampleBytes() + RGB;
    return EncodedImage.of(layout.width(), layout.height(), pixelBytes, () -> decode(layout));
  }

  private RgbImage decode(PngLayout layout) throws IOException {
    BufferedImage image = ImageIoCodec.read(plugin, layout.whole());
    byte[] palette = layout.palette();
    // The plug-in pads short palettes.
    return palette.length == 0
        ? RasterToRgb.convert(image)
        : RasterToRgb.fromPalette(image.getRaster(), Palettes.of(palette));
  }
}
