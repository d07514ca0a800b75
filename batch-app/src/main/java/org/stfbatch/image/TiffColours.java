package org.stfbatch.image;

import java.io.IOException;
import java.nio.ByteOrder;

/**
 * Converts the samples of a TIFF file to RGB as Pillow does, with two deliberate differences: gray
 * of 12 and 16 bits is scaled to 8 bits, where Pillow clips all values above 255, which turns most
 * pixels white; and it is inverted where the file says that zero is white.
 */
final class TiffColours {
  private static final int RGB_COLOURS = 3;
  private static final int PREMULTIPLIED = 1;

  /** Converts a range of one row. */
  @FunctionalInterface
  private interface Row {
    void convert(byte[] samples, int rowStart, int pixels, byte[] rgb, int at);
  }

  /** Converts a sample to a byte value. */
  @FunctionalInterface
  private interface Level {
    int of(byte[] samples, int rowStart, int sample);
  }

  private final Row row;

  private TiffColours(Row row) {
    this.row = row;
  }

  /**
   * @param samples interleaved
   * @param rowStart position of the row's first sample
   * @param at position of the first pixel in {@code rgb}
   */
  void convert(byte[] samples, int rowStart, int pixels, byte[] rgb, int at) {
    row.convert(samples, rowStart, pixels, rgb, at);
  }

  /**
   * @throws UnsupportedPictureException naming the unsupported variant
   */
  static TiffColours of(TiffLayout layout, TiffDirectory tags) throws IOException {
    boolean converted =
        layout.compression() == TiffLayout.JPEG && layout.photometric() == TiffLayout.YCC;
    return switch (converted ? TiffLayout.RGB : layout.photometric()) {
      case TiffLayout.WHITE_IS_ZERO, TiffLayout.BLACK_IS_ZERO -> new TiffColours(gray(layout));
      case TiffLayout.PALETTE -> new TiffColours(palette(layout, tags));
      case TiffLayout.RGB -> new TiffColours(rgb(layout));
      case TiffLayout.CMYK -> new TiffColours(cmyk(layout));
      case TiffLayout.YCC -> new TiffColours(ycc(layout, tags));
      default -> throw new UnsupportedPictureException(name(layout.photometric()));
    };
  }

  private static String name(int photometric) {
    return switch (photometric) {
      case 4 -> "a transparency mask in place of a picture";
      case 8, 9, 10 -> "CIELAB colours (photometric interpretation " + photometric + ")";
      case 32803, 34892 -> "raw camera data (photometric interpretation " + photometric + ")";
      case 32844, 32845 -> "LogLuv colours (photometric interpretation " + photometric + ")";
      default -> "the unknown photometric interpretation " + photometric;
    };
  }

  private static UnsupportedPictureException unsupported(TiffLayout layout, String colours) {
    String[] formats = {"", "unsigned", "signed", "floating-point"};
    int format = layout.format();
    return new UnsupportedPictureException(
        "%d %s sample%s of %d bits a pixel in %s"
            .formatted(
                layout.samples(),
                format < formats.length ? formats[format] : "complex",
                layout.samples() == 1 ? "" : "s",
                layout.bits(),
                colours));
  }

  private static Row gray(TiffLayout layout) throws UnsupportedPictureException {
    boolean inverted = layout.photometric() == TiffLayout.WHITE_IS_ZERO;
    boolean alone = layout.samples() == 1;
    boolean withAlpha =
        layout.samples() == 2
            && layout.bits() == 8
            && layout.extras().length == 1
            && layout.extras()[0] != PREMULTIPLIED
            && !inverted;
    Level level = level(layout, inverted ? "white-is-zero gray" : "gray");
    boolean cut = layout.format() != TiffLayout.UNSIGNED || layout.bits() == 32;
    if (!alone && !withAlpha || cut && inverted && layout.format() != TiffLayout.FLOAT) {
      throw unsupported(layout, inverted ? "white-is-zero gray" : "gray");
    }
    // As in Pillow, floating-point gray is never inverted.
    int mask = inverted && layout.format() == TiffLayout.UNSIGNED ? 0xff : 0;
    int samples = layout.samples();
    return (in, start, pixels, rgb, at) -> {
      int out = at;
      for (int x = 0; x < pixels; x++) {
        byte gray = (byte) (level.of(in, start, x * samples) ^ mask);
        rgb[out++] = gray;
        rgb[out++] = gray;
        rgb[out++] = gray;
      }
    };
  }

  private static Row palette(TiffLayout layout, TiffDirectory tags) throws IOException {
    int bits = layout.bits();
    boolean supported = bits == 1 || bits == 2 || bits == 4 || bits == 8;
    if (!supported || layout.format() != TiffLayout.UNSIGNED || layout.samples() > 2) {
      throw unsupported(layout, "a palette");
    }
    long[] map = tags.numbers(320);
    if (map.length < 3) {
      throw new IOException("it has no palette");
    }
    int[] colours = Palettes.gray();
    int entries = map.length / 3;
    for (int i = 0; i < Math.min(entries, colours.length); i++) {
      colours[i] =
          (int) (map[i] >> 8 << 16 | map[i + entries] >> 8 << 8 | map[i + 2 * entries] >> 8);
    }
    int samples = layout.samples();
    return (in, start, pixels, rgb, at) -> {
      int out = at;
      for (int x = 0; x < pixels; x++) {
        int colour = colours[narrow(in, start, x * samples, bits)];
        rgb[out++] = (byte) (colour >> 16);
        rgb[out++] = (byte) (colour >> 8);
        rgb[out++] = (byte) colour;
      }
    };
  }

  private static Row rgb(TiffLayout layout) throws IOException {
    requireBytes(layout, RGB_COLOURS, "RGB");
    Level level = level(layout, "RGB");
    int samples = layout.samples();
    boolean premultiplied =
        samples > RGB_COLOURS && layout.extras().length > 0 && layout.extras()[0] == PREMULTIPLIED;
    if (samples == RGB_COLOURS && layout.bits() == 8) {
      return (in, start, pixels, rgb, at) ->
          System.arraycopy(in, start, rgb, at, RGB_COLOURS * pixels);
    }
    return (in, start, pixels, rgb, at) -> {
      int out = at;
      for (int x = 0; x < pixels; x++) {
        int alpha = premultiplied ? level.of(in, start, x * samples + RGB_COLOURS) : 255;
        for (int c = 0; c < RGB_COLOURS; c++) {
          rgb[out++] = (byte) divided(level.of(in, start, x * samples + c), alpha);
        }
      }
    };
  }

  private static int divided(int level, int alpha) {
    if (alpha == 255) {
      return level;
    }
    return alpha == 0 ? 0 : Math.min(255 * level / alpha, 255);
  }

  private static Row cmyk(TiffLayout layout) throws IOException {
    requireBytes(layout, 4, "CMYK");
    Level level = level(layout, "CMYK");
    int samples = layout.samples();
    return (in, start, pixels, rgb, at) -> {
      for (int x = 0; x < pixels; x++) {
        int first = x * samples;
        Cmyk.toRgb(
            level.of(in, start, first),
            level.of(in, start, first + 1),
            level.of(in, start, first + 2),
            level.of(in, start, first + 3),
            rgb,
            at + RGB_COLOURS * x);
      }
    };
  }

  private static Row ycc(TiffLayout layout, TiffDirectory tags) throws IOException {
    if (layout.bits() != 8 || layout.samples() != RGB_COLOURS) {
      throw unsupported(layout, "YCbCr");
    }
    TiffYcc ycc = TiffYcc.of(tags);
    return (in, start, pixels, rgb, at) -> {
      for (int i = 0; i < RGB_COLOURS * pixels; i += RGB_COLOURS) {
        ycc.convert(in, start + i, rgb, at + i);
      }
    };
  }

  private static void requireBytes(TiffLayout layout, int colours, String name)
      throws UnsupportedPictureException {
    boolean sized = layout.bits() == 8 || layout.bits() == 16;
    if (!sized || layout.samples() < colours || layout.format() != TiffLayout.UNSIGNED) {
      throw unsupported(layout, name);
    }
  }

  private static Level level(TiffLayout layout, String colours) throws UnsupportedPictureException {
    boolean little = layout.order() == ByteOrder.LITTLE_ENDIAN;
    int bits = layout.bits();
    if (layout.format() == TiffLayout.UNSIGNED) {
      switch (bits) {
        case 1, 2, 4:
          int step = 255 / ((1 << bits) - 1);
          return (in, start, sample) -> narrow(in, start, sample, bits) * step;
        case 8:
          return (in, start, sample) -> in[start + sample] & 0xff;
        case 12:
          return TiffColours::highOfTwelve;
        case 16:
          int high = little ? 1 : 0;
          return (in, start, sample) -> in[start + 2 * sample + high] & 0xff;
        default:
          break;
      }
    }
    if (layout.format() == TiffLayout.SIGNED && bits == 16) {
      return (in, start, sample) -> clip((short) wide(in, start + 2 * sample, 2, little));
    }
    if (layout.format() == TiffLayout.FLOAT && bits == 32) {
      return (in, start, sample) ->
          clip(Float.intBitsToFloat(wide(in, start + 4 * sample, 4, little)));
    }
    if (bits == 32 && layout.format() <= TiffLayout.SIGNED) {
      return (in, start, sample) -> clip(wide(in, start + 4 * sample, 4, little));
    }
    throw unsupported(layout, colours);
  }

  private static int clip(float value) {
    return (int) Math.max(0, Math.min(value, 255));
  }

  private static int narrow(byte[] in, int start, int sample, int bits) {
    int bit = sample * bits;
    return in[start + (bit >> 3)] >> (8 - bits - (bit & 7)) & (1 << bits) - 1;
  }

  private static int highOfTwelve(byte[] in, int start, int sample) {
    int at = start + sample * 3 / 2;
    return (sample & 1) == 0 ? in[at] & 0xff : (in[at] << 4 | (in[at + 1] & 0xff) >> 4) & 0xff;
  }

  private static int wide(byte[] in, int at, int bytes, boolean little) {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | in[at + (little ? bytes - 1 - i : i)] & 0xff;
    }
    return value;
  }
}
