package org.stfbatch.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import java.io.IOException;
import javax.imageio.spi.ImageReaderSpi;

/**
 * TIFF and BigTIFF decoder, first picture only. Layout and meaning of the samples are parsed here
 * by the rules of libtiff and Pillow; libraries decompress. Variants that Pillow does not read are
 * refused by name.
 */
final class TiffCodec implements Codec {
  private final ImageReaderSpi plugin = new TIFFImageReaderSpi();
  private final JpegCodec jpegs = new JpegCodec();
  private final TiffDecompression decompression = new TiffDecompression();

  @Override
  public EncodedImage open(byte[] data, PixelLimit limit) throws IOException {
    TiffDirectory tags = TiffDirectory.parse(data);
    TiffLayout layout = TiffLayout.of(tags, limit);
    long result = (long) RGB * layout.width() * layout.height();
    long turned = Orientation.turns(layout.orientation()) ? result : 0;
    if (layout.compression() == TiffLayout.OLD_JPEG) {
      return new EncodedImage(
          layout.width(),
          layout.height(),
          2 * result + turned,
          () -> upright(RasterToRgb.convert(ImageIoCodec.read(plugin, data)), layout));
    }
    requireWholeBytesInPlanes(layout);
    TiffColours colours = TiffColours.of(layout, tags);
    TiffSegments segments = new TiffSegments(jpegs, decompression, layout, tags, data);
    return new EncodedImage(
        layout.width(),
        layout.height(),
        result + Math.max(turned, 2 * segmentBytes(layout)),
        () -> upright(decode(layout, segments, colours), layout));
  }

  private static void requireWholeBytesInPlanes(TiffLayout layout) throws IOException {
    if (layout.isPlanar() && layout.bits() % Byte.SIZE != 0) {
      throw new UnsupportedPictureException("planes of " + layout.bits() + " bits a sample");
    }
    if (layout.isPlanar() && layout.photometric() == TiffLayout.YCC) {
      throw new UnsupportedPictureException("YCbCr in planes");
    }
  }

  private static long segmentBytes(TiffLayout layout) throws IOException {
    long bits = (long) layout.segmentWidth() * layout.samples() * layout.bits();
    long bytes = (bits + 7) / 8 * layout.segmentHeight();
    if (bits > Integer.MAX_VALUE || bytes > Integer.MAX_VALUE - 8) {
      throw new UnsupportedPictureException("strips or tiles of " + bytes + " bytes");
    }
    return bytes;
  }

  private static RgbImage decode(TiffLayout layout, TiffSegments segments, TiffColours colours)
      throws IOException {
    int width = layout.width();
    byte[] rgb = new byte[RGB * width * layout.height()];
    int rowBytes = (layout.segmentWidth() * layout.samples() * layout.bits() + 7) / 8;
    for (int row = 0; row < layout.down(); row++) {
      int top = row * layout.segmentHeight();
      int rows = Math.min(layout.segmentHeight(), layout.height() - top);
      for (int column = 0; column < layout.across(); column++) {
        int left = column * layout.segmentWidth();
        int columns = Math.min(layout.segmentWidth(), width - left);
        byte[] samples = segments.samples(column, row);
        for (int y = 0; y < rows; y++) {
          colours.convert(samples, y * rowBytes, columns, rgb, RGB * ((top + y) * width + left));
        }
      }
    }
    return new RgbImage(width, layout.height(), rgb);
  }

  private static RgbImage upright(RgbImage image, TiffLayout layout) {
    return Orientation.upright(image, layout.orientation());
  }
}
