package org.stfbatch.image;

import java.io.IOException;

/**
 * Converts YCbCr of TIFF files that is not JPEG as libtiff does: with its fixed-point arithmetic,
 * and with chroma repeated for all pixels of a block.
 */
final class TiffYcc {
  private static final int BITS = 16;
  private static final int HALF = 1 << (BITS - 1);
  private static final float LIMIT = 128 * 32;

  private final int[] luma = new int[256];
  private final int[] redOfCr = new int[256];
  private final int[] blueOfCb = new int[256];
  private final int[] greenOfCr = new int[256];
  private final int[] greenOfCb = new int[256];

  private TiffYcc(float[] weights, float[] range) {
    float red = 2 - 2 * weights[0];
    float blue = 2 - 2 * weights[2];
    int toRed = fixed(red);
    int toBlue = fixed(blue);
    int crToGreen = -fixed(weights[0] * red / weights[1]);
    int cbToGreen = -fixed(weights[2] * blue / weights[1]);
    for (int i = 0; i < luma.length; i++) {
      int cr = value(i - 128, range[4] - 128, range[5] - 128, 127);
      int cb = value(i - 128, range[2] - 128, range[3] - 128, 127);
      luma[i] = value(i, range[0], range[1], 255);
      redOfCr[i] = (toRed * cr + HALF) >> BITS;
      blueOfCb[i] = (toBlue * cb + HALF) >> BITS;
      greenOfCr[i] = crToGreen * cr;
      greenOfCb[i] = cbToGreen * cb + HALF;
    }
  }

  /** Creates a converter with the file's coefficients and range, or those of CCIR 601. */
  static TiffYcc of(TiffDirectory tags) {
    return new TiffYcc(
        tags.fractions(529, 0.299f, 0.587f, 0.114f),
        tags.fractions(532, 0, 255, 128, 255, 128, 255));
  }

  private static int fixed(float factor) {
    return (int) (Math.max(0f, Math.min(factor, 2f)) * (1 << BITS) + 0.5);
  }

  private static int value(int code, float black, float white, int range) {
    float span = white - black;
    float value = (code - (int) black) * (float) range / (span == 0 ? 1 : span);
    return (int) Math.max(-LIMIT, Math.min(value, LIMIT));
  }

  /** Converts one pixel. */
  void convert(byte[] samples, int in, byte[] rgb, int out) {
    int y = luma[samples[in] & 0xff];
    int cb = samples[in + 1] & 0xff;
    int cr = samples[in + 2] & 0xff;
    rgb[out] = clip(y + redOfCr[cr]);
    rgb[out + 1] = clip(y + ((greenOfCb[cb] + greenOfCr[cr]) >> BITS));
    rgb[out + 2] = clip(y + blueOfCb[cb]);
  }

  private static byte clip(int value) {
    return (byte) Math.max(0, Math.min(value, 255));
  }

  /**
   * Layout of a segment: blocks of luma samples, each followed by one pair of chroma samples.
   *
   * @param columns pixel columns of a block
   * @param rows pixel rows of a block
   */
  record Blocks(int columns, int rows) {
    static Blocks of(TiffDirectory tags) throws IOException {
      long[] sampling = tags.numbers(530);
      int columns = sampling.length < 2 ? 2 : (int) sampling[0];
      int rows = sampling.length < 2 ? 2 : (int) sampling[1];
      boolean known = (columns == 1 || columns == 2 || columns == 4);
      if (!known || rows != 1 && rows != 2 && rows != 4) {
        throw new IOException("its chroma is sampled %d by %d".formatted(columns, rows));
      }
      return new Blocks(columns, rows);
    }

    boolean isOne() {
      return columns == 1 && rows == 1;
    }

    int bytes() {
      return columns * rows + 2;
    }

    int across(int width) {
      return (width + columns - 1) / columns;
    }

    int down(int height) {
      return (height + rows - 1) / rows;
    }

    /** Returns three samples a pixel, row by row. */
    byte[] spread(byte[] blocks, int width, int height) {
      byte[] samples = new byte[3 * width * height];
      int out = 0;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int block = (y / rows * across(width) + x / columns) * bytes();
          samples[out++] = blocks[block + y % rows * columns + x % columns];
          samples[out++] = blocks[block + bytes() - 2];
          samples[out++] = blocks[block + bytes() - 1];
        }
      }
      return samples;
    }
  }
}
