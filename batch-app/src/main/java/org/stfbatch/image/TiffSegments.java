package org.stfbatch.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads strips and tiles of a TIFF file as samples, those of a pixel together. */
final class TiffSegments {
  private static final int JPEG_TABLES = 347;
  private static final int MARKER = 2;

  private final JpegCodec jpegs;
  private final TiffDecompression decompression;
  private final TiffLayout layout;
  private final TiffDirectory tags;
  private final byte[] file;

  TiffSegments(
      JpegCodec jpegs,
      TiffDecompression decompression,
      TiffLayout layout,
      TiffDirectory tags,
      byte[] file) {
    this.jpegs = jpegs;
    this.decompression = decompression;
    this.layout = layout;
    this.tags = tags;
    this.file = file;
  }

  /** Returns the samples of the segment at a position. */
  byte[] samples(int column, int row) throws IOException {
    int index = row * layout.across() + column;
    int rows = layout.rowsOf(row);
    if (!layout.isPlanar()) {
      return segment(index, rows);
    }
    int bytes = layout.bits() / Byte.SIZE;
    int pixelBytes = bytes * layout.samples();
    int pixels = layout.segmentWidth() * rows;
    byte[] together = new byte[Math.multiplyExact(pixelBytes, pixels)];
    for (int plane = 0; plane < layout.samples(); plane++) {
      byte[] alone = segment(plane * layout.across() * layout.down() + index, rows);
      for (int pixel = 0; pixel < pixels; pixel++) {
        for (int i = 0; i < bytes; i++) {
          together[pixel * pixelBytes + plane * bytes + i] = alone[pixel * bytes + i];
        }
      }
    }
    return together;
  }

  private byte[] segment(int index, int rows) throws IOException {
    byte[] segment = stored(index);
    if (layout.compression() == TiffLayout.JPEG) {
      return jpeg(segment, rows);
    }
    if (layout.isReversed()) {
      reverse(segment);
    }
    if (layout.compression() == TiffLayout.WEBP) {
      return webp(segment, rows);
    }
    if (layout.photometric() == TiffLayout.YCC && !layout.isPlanar()) {
      return ycc(segment, rows);
    }
    return decompressed(segment, layout.rowBytes(), rows);
  }

  private byte[] decompressed(byte[] segment, int rowBytes, int rows) throws IOException {
    byte[] samples =
        decompression.decompressed(layout, tags, segment, rowBytes, rows, layout.segmentWidth());
    TiffPredictor.undo(layout, samples, rowBytes);
    return samples;
  }

  private byte[] ycc(byte[] segment, int rows) throws IOException {
    TiffYcc.Blocks blocks = TiffYcc.Blocks.of(tags);
    if (!blocks.isOne() && layout.predictor() != 1) {
      throw new UnsupportedPictureException("a predictor for subsampled chroma");
    }
    int rowBytes = blocks.across(layout.segmentWidth()) * blocks.bytes();
    byte[] stored = decompressed(segment, rowBytes, blocks.down(rows));
    return blocks.spread(stored, layout.segmentWidth(), rows);
  }

  private byte[] stored(int index) throws IOException {
    long[] offsets = layout.offsets();
    long[] lengths = layout.lengths();
    if (index >= offsets.length || offsets[index] >= file.length || offsets[index] < 0) {
      throw new IOException("it is cut off");
    }
    long there = file.length - offsets[index];
    long length = index < lengths.length && lengths[index] > 0 ? lengths[index] : there;
    int start = (int) offsets[index];
    return Arrays.copyOfRange(file, start, start + (int) Math.min(length, there));
  }

  private static void reverse(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (Integer.reverse(bytes[i]) >>> 24);
    }
  }

  /** Decodes a JPEG segment; as libtiff, converts YCbCr and leaves other components unchanged. */
  private byte[] jpeg(byte[] segment, int rows) throws IOException {
    if (layout.samplesOfSegment() == 2) {
      throw new UnsupportedPictureException("JPEG of two samples a pixel");
    }
    byte[] tables = tags.bytes(JPEG_TABLES);
    byte[] whole = segment;
    if (tables.length > 2 * MARKER && segment.length > MARKER) {
      whole = Arrays.copyOf(tables, tables.length - MARKER + segment.length - MARKER);
      int rest = segment.length - MARKER;
      System.arraycopy(segment, MARKER, whole, tables.length - MARKER, rest);
    }
    JpegHeader header = JpegHeader.parse(whole);
    if (header.bits() != 8 || layout.bits() != 8) {
      throw new UnsupportedPictureException("JPEG of " + header.bits() + " bits a sample");
    }
    if (header.width() != layout.segmentWidth()
        || header.height() < rows
        || header.height() > layout.segmentHeight()
        || header.components() != layout.samplesOfSegment()) {
      throw new IOException("one of its JPEG parts does not have the announced size");
    }
    byte[] samples = jpegs.components(header);
    if (layout.photometric() == TiffLayout.YCC) {
      YccToRgb.convert(samples, header.components());
    }
    return samples;
  }

  private byte[] webp(byte[] segment, int rows) throws IOException {
    int samples = layout.samples();
    boolean rgb = layout.photometric() == TiffLayout.RGB && (samples == 3 || samples == 4);
    if (!rgb || layout.bits() != 8 || layout.isPlanar()) {
      throw new UnsupportedPictureException("WebP compression of other than RGB or RGBA");
    }
    boolean riff =
        segment.length > 16
            && new String(segment, 0, 4, StandardCharsets.ISO_8859_1).equals("RIFF");
    WebpLayout picture = riff ? WebpLayout.parse(segment) : null;
    if (picture == null
        || picture.width() != layout.segmentWidth()
        || picture.height() < rows
        || picture.height() > layout.segmentHeight()) {
      throw new IOException("one of its WebP parts does not have the announced size");
    }
    int[] argb = Libwebp.instance().decode(picture.bitstream());
    byte[] bytes = new byte[Math.multiplyExact(samples, argb.length)];
    int out = 0;
    for (int pixel : argb) {
      bytes[out++] = (byte) (pixel >> 16);
      bytes[out++] = (byte) (pixel >> 8);
      bytes[out++] = (byte) pixel;
      if (samples == 4) {
        bytes[out++] = (byte) (pixel >> 24);
      }
    }
    return bytes;
  }
}
