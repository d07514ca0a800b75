package org.stfbatch.image;

import com.twelvemonkeys.imageio.plugins.webp.vp8.VP8Frame;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;

/**
 * Lossy WebP pictures. The bitstream is decoded by TwelveMonkeys; its planes become RGB here the
 * way libwebp does it, with chroma interpolated between its four nearest samples. TwelveMonkeys
 * itself repeats chroma samples, which shows as blocky colour edges.
 */
final class Vp8 {
  private static final int HEADER = 10;

  private Vp8() {}

  /**
   * @param payload a VP8 key frame (RFC 6386)
   */
  static RgbImage decode(byte[] payload, PixelLimit limit) throws IOException {
    if (payload.length < HEADER
        || (payload[0] & 1) != 0
        || (payload[3] & 0xff) != 0x9d
        || payload[4] != 0x01
        || payload[5] != 0x2a) {
      throw new IOException("it has no key frame");
    }
    int width = (payload[6] & 0xff | payload[7] << 8) & 0x3fff;
    int height = (payload[8] & 0xff | payload[9] << 8) & 0x3fff;
    limit.check(width, height);
    VP8Frame frame = decodePlanes(payload, width, height);
    return new RgbImage(
        width,
        height,
        toRgb(
            width,
            height,
            plane(frame.getDebugImageYBuffer(), 1),
            plane(frame.getDebugImageUBuffer(), 2),
            plane(frame.getDebugImageVBuffer(), 2)));
  }

  private static VP8Frame decodePlanes(byte[] payload, int width, int height) throws IOException {
    try (ByteArrayImageInput input = new ByteArrayImageInput(payload)) {
      VP8Frame frame = new VP8Frame(input, false);
      BufferedImage unused = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
      if (!frame.decode(unused.getRaster(), null)) {
        throw new IOException("it has no key frame");
      }
      return frame;
    }
  }

  /** Every {@code step}-th sample of a gray image in both directions. */
  private static byte[] plane(BufferedImage image, int step) {
    int[] gray = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    int columns = (image.getWidth() + step - 1) / step;
    int rows = (image.getHeight() + step - 1) / step;
    byte[] samples = new byte[columns * rows];
    int out = 0;
    for (int row = 0; row < rows; row++) {
      int in = row * step * image.getWidth();
      for (int column = 0; column < columns; column++, in += step) {
        samples[out++] = (byte) gray[in];
      }
    }
    return samples;
  }

  private static byte[] toRgb(int width, int height, byte[] luma, byte[] u, byte[] v) {
    int columns = (width + 1) / 2;
    int rows = (height + 1) / 2;
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      int near = (y >> 1) * columns;
      int far = neighbour(y, rows) * columns;
      for (int x = 0; x < width; x++) {
        int nearColumn = x >> 1;
        int farColumn = neighbour(x, columns);
        int at = y * width + x;
        store(
            rgb,
            3 * at,
            luma[at] & 0xff,
            blend(u, near + nearColumn, near + farColumn, far + nearColumn, far + farColumn),
            blend(v, near + nearColumn, near + farColumn, far + nearColumn, far + farColumn));
      }
    }
    return rgb;
  }

  /** The second nearest chroma sample of a pixel on one axis, kept inside the picture. */
  private static int neighbour(int position, int samples) {
    int chroma = position >> 1;
    return (position & 1) == 0 ? Math.max(chroma - 1, 0) : Math.min(chroma + 1, samples - 1);
  }

  private static int blend(byte[] plane, int nearest, int beside, int above, int across) {
    return (9 * (plane[nearest] & 0xff)
            + 3 * (plane[beside] & 0xff)
            + 3 * (plane[above] & 0xff)
            + (plane[across] & 0xff)
            + 8)
        >> 4;
  }

  /** ITU-R BT.601, video range, in libwebp's fixed point with six fraction bits. */
  private static void store(byte[] rgb, int at, int y, int u, int v) {
    int light = y * 19077 >> 8;
    rgb[at] = clip(light + (v * 26149 >> 8) - 14234);
    rgb[at + 1] = clip(light - (u * 6419 >> 8) - (v * 13320 >> 8) + 8708);
    rgb[at + 2] = clip(light + (u * 33050 >> 8) - 17685);
  }

  private static byte clip(int value) {
    return (byte) (value < 0 ? 0 : Math.min(value >> 6, 255));
  }
}
