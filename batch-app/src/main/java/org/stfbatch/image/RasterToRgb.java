package org.stfbatch.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.io.IOException;

/**
 * Converts the samples of a decoded image to RGB as Pillow's {@code convert("RGB")} does. Java's
 * {@code getRGB} is colour managed: it brightens grayscale pictures and applies embedded profiles.
 */
final class RasterToRgb {
  private RasterToRgb() {}

  static RgbImage convert(BufferedImage image) throws IOException {
    Raster raster = image.getRaster();
    ColorModel model = image.getColorModel();
    if (model instanceof IndexColorModel palette) {
      return fromPalette(raster, palette);
    }
    int type = model.getColorSpace().getType();
    int colours = model.getNumColorComponents();
    if (!(type == ColorSpace.TYPE_GRAY && colours == 1
        || type == ColorSpace.TYPE_RGB && colours == 3
        || type == ColorSpace.TYPE_CMYK && colours == 4)) {
      throw new IOException("its colour space is not gray, RGB or CMYK");
    }
    RgbImage direct = type == ColorSpace.TYPE_RGB ? fromBytes(raster, model) : null;
    return direct != null ? direct : fromSamples(raster, model, colours);
  }

  private static RgbImage fromPalette(Raster raster, IndexColorModel palette) {
    int[] colours = Palettes.gray();
    int[] known = new int[palette.getMapSize()];
    palette.getRGBs(known);
    System.arraycopy(known, 0, colours, 0, Math.min(known.length, colours.length));
    return fromPalette(raster, colours);
  }

  /**
   * @param raster indices of one byte or less
   * @param colours 256 colours as 0xRRGGBB
   */
  static RgbImage fromPalette(Raster raster, int[] colours) {
    int width = raster.getWidth();
    int[] row = new int[width];
    byte[] rgb = new byte[Math.multiplyExact(3, width * raster.getHeight())];
    int out = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
      for (int index : row) {
        int colour = colours[index];
        rgb[out++] = (byte) (colour >> 16);
        rgb[out++] = (byte) (colour >> 8);
        rgb[out++] = (byte) colour;
      }
    }
    return new RgbImage(width, raster.getHeight(), rgb);
  }

  /** Fast path for three or four bytes a pixel in any order; null for other layouts. */
  private static RgbImage fromBytes(Raster raster, ColorModel model) {
    if (!(raster.getSampleModel() instanceof PixelInterleavedSampleModel samples)
        || !(raster.getDataBuffer() instanceof DataBufferByte buffer)
        || buffer.getNumBanks() != 1
        || model.isAlphaPremultiplied()) {
      return null;
    }
    byte[] data = buffer.getData();
    int[] bands = samples.getBandOffsets();
    int width = raster.getWidth();
    if (isDense(raster, samples, buffer)) {
      return dense(raster, bands, data);
    }
    byte[] rgb = new byte[3 * width * raster.getHeight()];
    int out = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      int at =
          buffer.getOffset()
              + (y - raster.getSampleModelTranslateY() + raster.getMinY())
                  * samples.getScanlineStride()
              + (raster.getMinX() - raster.getSampleModelTranslateX()) * samples.getPixelStride();
      for (int x = 0; x < width; x++, at += samples.getPixelStride()) {
        rgb[out++] = data[at + bands[0]];
        rgb[out++] = data[at + bands[1]];
        rgb[out++] = data[at + bands[2]];
      }
    }
    return new RgbImage(width, raster.getHeight(), rgb);
  }

  /** Returns whether the buffer holds three bytes a pixel and nothing else. */
  private static boolean isDense(
      Raster raster, PixelInterleavedSampleModel samples, DataBufferByte buffer) {
    return samples.getPixelStride() == 3
        && samples.getScanlineStride() == 3 * raster.getWidth()
        && buffer.getOffset() == 0
        && raster.getParent() == null
        && isRgbOrBgr(samples.getBandOffsets())
        && buffer.getData().length == 3L * raster.getWidth() * raster.getHeight();
  }

  private static boolean isRgbOrBgr(int[] bands) {
    return bands[1] == 1 && bands[0] + bands[2] == 2 && bands[0] != 1;
  }

  /** Converts the samples in place, so that a large picture is not in memory twice. */
  private static RgbImage dense(Raster raster, int[] bands, byte[] data) {
    if (bands[0] == 2) {
      for (int i = 0; i < data.length; i += 3) {
        byte red = data[i + 2];
        data[i + 2] = data[i];
        data[i] = red;
      }
    }
    return new RgbImage(raster.getWidth(), raster.getHeight(), data);
  }

  private static RgbImage fromSamples(Raster raster, ColorModel model, int colours)
      throws IOException {
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    Depth depth = Depth.of(raster, model);
    boolean premultiplied = model.isAlphaPremultiplied() && bands > colours;
    double[] row = new double[width * bands];
    int[] pixel = new int[bands];
    byte[] rgb = new byte[3 * width * raster.getHeight()];
    int out = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        for (int b = 0; b < bands; b++) {
          pixel[b] = depth.toByte(row[x * bands + b], b);
        }
        if (premultiplied) {
          unpremultiply(pixel, colours);
        }
        store(rgb, out, pixel, colours);
        out += 3;
      }
    }
    return new RgbImage(width, raster.getHeight(), rgb);
  }

  private static void unpremultiply(int[] pixel, int colours) {
    int alpha = pixel[colours];
    for (int b = 0; b < colours && alpha > 0; b++) {
      pixel[b] = Math.min(pixel[b] * 255 / alpha, 255);
    }
  }

  private static void store(byte[] rgb, int at, int[] pixel, int colours) {
    if (colours == 4) {
      Cmyk.toRgb(pixel[0], pixel[1], pixel[2], pixel[3], rgb, at);
      return;
    }
    rgb[at] = (byte) pixel[0];
    rgb[at + 1] = (byte) pixel[colours == 1 ? 0 : 1];
    rgb[at + 2] = (byte) pixel[colours == 1 ? 0 : 2];
  }

  /** Conversion of samples to bytes: wide ones keep their high byte, narrow ones are scaled up. */
  private record Depth(int dataType, int[] bits) {
    static Depth of(Raster raster, ColorModel model) {
      int[] bits = new int[raster.getNumBands()];
      for (int b = 0; b < bits.length; b++) {
        bits[b] =
            b < model.getNumComponents()
                ? model.getComponentSize(b)
                : raster.getSampleModel().getSampleSize(b);
      }
      return new Depth(raster.getDataBuffer().getDataType(), bits);
    }

    int toByte(double sample, int band) {
      if (dataType == DataBuffer.TYPE_FLOAT || dataType == DataBuffer.TYPE_DOUBLE) {
        return (int) Math.max(0, Math.min(sample, 255));
      }
      long value = (long) sample;
      if (bits[band] >= 8) {
        return (int) (value >> (bits[band] - 8)) & 0xff;
      }
      return (int) (value * 255 / ((1 << bits[band]) - 1));
    }
  }
}
