package org.stfbatch.image;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Layout of a TIFF file's first picture: strips or tiles, with the samples of a pixel together
 * (chunky) or in planes.
 *
 * @param order byte order of the file
 * @param width in pixels
 * @param height in pixels
 * @param compression value of the tag
 * @param photometric value of the tag: meaning of the samples
 * @param format value of the tag: 1 unsigned, 2 signed, 3 floating point
 * @param bits bits of a sample
 * @param samples samples of a pixel
 * @param extras value of the tag: meaning of the samples after the colours
 * @param isPlanar whether each sample has a plane of its own
 * @param predictor value of the tag; 1 where the compression has no predictor
 * @param isReversed whether the bits of the bytes are stored in reverse
 * @param segmentWidth width of a tile, or of the picture if it is in strips
 * @param segmentHeight height of a tile or strip
 * @param isTiled whether the picture is in tiles, so that the last segments are as large as the
 *     others
 * @param offsets positions of the segments in the file
 * @param lengths bytes of the segments
 * @param orientation value of the tag, 1 if it is absent
 */
record TiffLayout(
    ByteOrder order,
    int width,
    int height,
    int compression,
    int photometric,
    int format,
    int bits,
    int samples,
    long[] extras,
    boolean isPlanar,
    int predictor,
    boolean isReversed,
    int segmentWidth,
    int segmentHeight,
    boolean isTiled,
    long[] offsets,
    long[] lengths,
    int orientation) {

  static final int NONE = 1;
  static final int RLE = 2;
  static final int FAX3 = 3;
  static final int FAX4 = 4;
  static final int LZW = 5;
  static final int OLD_JPEG = 6;
  static final int JPEG = 7;
  static final int DEFLATE = 8;
  static final int PACKBITS = 32773;
  static final int OLD_DEFLATE = 32946;
  static final int LZMA = 34925;
  static final int ZSTD = 50000;
  static final int WEBP = 50001;

  static final int WHITE_IS_ZERO = 0;
  static final int BLACK_IS_ZERO = 1;
  static final int RGB = 2;
  static final int PALETTE = 3;
  static final int CMYK = 5;
  static final int YCC = 6;

  static final int UNSIGNED = 1;
  static final int SIGNED = 2;
  static final int FLOAT = 3;

  private static final int UNDEFINED = 4;

  static TiffLayout of(TiffDirectory tags, PixelLimit limit) throws IOException {
    int width = tags.number(256, 0);
    int height = tags.number(257, 0);
    limit.check(width, height);
    boolean tiled = tags.has(322) && tags.has(324);
    int segmentWidth = tiled ? tags.number(322, 0) : width;
    int segmentHeight = tiled ? tags.number(323, 0) : Math.min(tags.number(278, height), height);
    limit.check(segmentWidth, segmentHeight);
    int compression = tags.number(259, NONE);
    int photometric = compression == OLD_JPEG ? YCC : tags.number(262, WHITE_IS_ZERO);
    int samples = tags.number(277, compression == OLD_JPEG ? 3 : 1);
    boolean knowsPredictor =
        compression == LZW
            || compression == DEFLATE
            || compression == OLD_DEFLATE
            || compression == LZMA
            || compression == ZSTD;
    long[] lengths = tags.numbers(tiled ? 325 : 279);
    return new TiffLayout(
        tags.order(),
        width,
        height,
        compression,
        photometric,
        format(tags),
        bits(tags, samples),
        samples,
        tags.numbers(338),
        tags.number(284, 1) == 2 && samples > 1,
        knowsPredictor ? tags.number(317, 1) : 1,
        tags.number(266, 1) == 2,
        segmentWidth,
        segmentHeight,
        tiled,
        tags.numbers(tiled ? 324 : 273),
        lengths,
        tags.number(274, 1));
  }

  private static int format(TiffDirectory tags) throws IOException {
    long[] formats = tags.numbers(339);
    if (Arrays.stream(formats).distinct().count() > 1) {
      throw new UnsupportedPictureException("samples of several formats");
    }
    int format = formats.length == 0 ? UNSIGNED : (int) formats[0];
    return format == UNDEFINED ? UNSIGNED : format;
  }

  private static int bits(TiffDirectory tags, int samples) throws IOException {
    long[] bits = tags.numbers(258);
    if (samples < 1 || bits.length > 1 && bits.length < samples) {
      throw new IOException(
          "it says the size of " + bits.length + " of its " + samples + " samples");
    }
    if (Arrays.stream(bits).limit(samples).distinct().count() > 1) {
      throw new UnsupportedPictureException("samples of several sizes");
    }
    return bits.length == 0 ? 1 : (int) bits[0];
  }

  int across() {
    return (width + segmentWidth - 1) / segmentWidth;
  }

  int down() {
    return (height + segmentHeight - 1) / segmentHeight;
  }

  int samplesOfSegment() {
    return isPlanar ? 1 : samples;
  }

  /** Returns the number of rows of the segments in that row of segments. */
  int rowsOf(int row) {
    return isTiled ? segmentHeight : Math.min(segmentHeight, height - row * segmentHeight);
  }

  /** Returns the bytes of one row of a segment. */
  int rowBytes() {
    return Math.toIntExact(((long) segmentWidth * samplesOfSegment() * bits + 7) / 8);
  }
}
