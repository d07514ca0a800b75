package org.stfbatch.image;

import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.imageio.spi.ImageReaderSpi;

/** BMP decoder. As in Pillow, the padding of the last row may be missing. */
final class BmpCodec implements Codec {
  private static final int PADDED_TO = 4;
  private static final int LEAST_HEADER = 34;
  private static final int OLD_HEADER = 12;
  private static final int RGB_BITS = 24;

  private final ImageReaderSpi plugin = new BMPImageReaderSpi();

  @Override
  public EncodedImage open(byte[] data, PixelLimit limit) throws IOException {
    return ImageIoCodec.open(
        plugin,
        padded(data),
        limit,
        bitsOf(data) == RGB_BITS ? RGB : Math.max(bitsOf(data) / 8, 1) + RGB);
  }

  /** Appends the padding of the last row if nothing else is missing. */
  private static byte[] padded(byte[] data) {
    if (data.length < LEAST_HEADER) {
      return data;
    }
    ByteBuffer header = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    boolean old = header.getInt(14) == OLD_HEADER;
    long width = old ? header.getShort(18) & 0xffff : header.getInt(18);
    long height = old ? header.getShort(20) & 0xffff : Math.abs((long) header.getInt(22));
    int compression = old ? 0 : header.getInt(30);
    long used = (width * bitsOf(data) + 7) / 8;
    long stride = (used + PADDED_TO - 1) / PADDED_TO * PADDED_TO;
    long end = (header.getInt(10) & 0xffff_ffffL) + stride * height;
    long missing = end - data.length;
    boolean plain = compression == 0 || compression == 3;
    return plain && missing > 0 && missing <= stride - used ? Arrays.copyOf(data, (int) end) : data;
  }

  private static int bitsOf(byte[] data) {
    if (data.length < LEAST_HEADER) {
      return 0;
    }
    return data[data[14] == OLD_HEADER ? 24 : 28] & 0xff;
  }
}
