package org.stfbatch.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import io.airlift.compress.zstd.ZstdInputStream;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.InflaterInputStream;
import javax.imageio.spi.ImageReaderSpi;
import org.tukaani.xz.XZInputStream;

/** Decompresses strips and tiles of TIFF files to bytes, without interpreting them. */
final class TiffDecompression {
  /** Memory limit of xz, which otherwise allocates what a file asks for. */
  private static final int XZ_KIBIBYTES = 128 << 10;

  private static final int FAX3_OPTIONS = 292;
  private static final int FAX4_OPTIONS = 293;

  private final ImageReaderSpi plugin = new TIFFImageReaderSpi();

  /**
   * @param rowBytes bytes of a decompressed row
   * @param rows rows of the segment
   * @param rowPixels pixels of a row of a bilevel segment
   */
  byte[] decompressed(
      TiffLayout layout, TiffDirectory tags, byte[] segment, int rowBytes, int rows, int rowPixels)
      throws IOException {
    int length = Math.multiplyExact(rowBytes, rows);
    return switch (layout.compression()) {
      case TiffLayout.NONE -> whole(segment, length);
      case TiffLayout.DEFLATE, TiffLayout.OLD_DEFLATE ->
          read(new InflaterInputStream(new ByteArrayInputStream(segment)), length);
      case TiffLayout.ZSTD -> read(new ZstdInputStream(new ByteArrayInputStream(segment)), length);
      case TiffLayout.LZMA ->
          read(new XZInputStream(new ByteArrayInputStream(segment), XZ_KIBIBYTES), length);
      case TiffLayout.LZW, TiffLayout.PACKBITS ->
          byPlugin(layout, tags, segment, rowBytes, rows, Byte.SIZE);
      case TiffLayout.RLE, TiffLayout.FAX3, TiffLayout.FAX4 -> {
        if (layout.bits() != 1 || layout.samples() != 1) {
          throw new IOException("its fax compression holds other than bilevel pixels");
        }
        yield byPlugin(layout, tags, segment, rowPixels, rows, 1);
      }
      default -> throw new UnsupportedPictureException("compression " + name(layout.compression()));
    };
  }

  static String name(int compression) {
    return switch (compression) {
      case 32771 -> "32771 (CCITT, word aligned)";
      case 32809 -> "32809 (ThunderScan)";
      case 32909 -> "32909 (PixarLog)";
      case 33003, 33004, 33005, 34712 -> compression + " (JPEG 2000)";
      case 34661 -> "34661 (JBIG)";
      case 34676, 34677 -> compression + " (SGI LogLuv)";
      case 34887 -> "34887 (LERC)";
      case 50002, 52546 -> compression + " (JPEG XL)";
      default -> String.valueOf(compression);
    };
  }

  private static byte[] whole(byte[] segment, int length) throws IOException {
    if (segment.length < length) {
      throw new IOException("it is cut off");
    }
    return segment.length == length ? segment : Arrays.copyOf(segment, length);
  }

  private static byte[] read(InputStream in, int length) throws IOException {
    try (in) {
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new IOException("one of its parts is too short");
      }
      return bytes;
    }
  }

  /**
   * Decompresses with the JDK's plug-in, which gets the segment as a gray picture: its
   * decompressors are not accessible.
   */
  private byte[] byPlugin(
      TiffLayout layout, TiffDirectory tags, byte[] segment, int width, int rows, int bits)
      throws IOException {
    int[][] entries = {
      {256, width},
      {257, rows},
      {258, bits},
      {259, layout.compression()},
      {262, TiffLayout.BLACK_IS_ZERO},
      {273, 0},
      {277, 1},
      {278, rows},
      {279, segment.length},
      {FAX3_OPTIONS, tags.number(FAX3_OPTIONS, 0)},
      {FAX4_OPTIONS, tags.number(FAX4_OPTIONS, 0)},
    };
    int header = 8 + 2 + 12 * entries.length + 4;
    ByteBuffer file = ByteBuffer.allocate(header + segment.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(8);
    file.putShort((short) entries.length);
    for (int[] entry : entries) {
      int value = entry[0] == 273 ? header : entry[1];
      file.putShort((short) entry[0]).putShort((short) 4).putInt(1).putInt(value);
    }
    file.putInt(0).put(segment);
    return ((DataBufferByte) ImageIoCodec.read(plugin, file.array()).getRaster().getDataBuffer())
        .getData();
  }
}
