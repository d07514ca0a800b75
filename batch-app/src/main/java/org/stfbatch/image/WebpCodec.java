package org.stfbatch.image;

import java.io.IOException;

/**
 * WebP decoder on libwebp, first picture only. Sizes are parsed and checked here before libwebp
 * gets the data. As in Pillow, embedded profiles and transparency do not change the colours, and
 * parts of the canvas that an animation's first frame leaves uncovered are black.
 */
final class WebpCodec implements Codec {
  private static final int ARGB = Integer.BYTES;

  @Override
  public EncodedImage open(byte[] data, PixelLimit limit) throws IOException {
    WebpLayout layout = WebpLayout.parse(data);
    limit.check(layout.canvasWidth(), layout.canvasHeight());
    limit.check(layout.width(), layout.height());
    long canvas = (long) layout.canvasWidth() * layout.canvasHeight();
    long picture = (long) layout.width() * layout.height();
    return new EncodedImage(
        layout.canvasWidth(),
        layout.canvasHeight(),
        RGB * canvas + ARGB * picture + layout.bitstream().length,
        () -> place(Libwebp.instance().decode(layout.bitstream()), layout));
  }

  /**
   * @param argb one int per pixel, row by row
   */
  private static RgbImage place(int[] argb, WebpLayout layout) throws IOException {
    if (argb.length != layout.width() * layout.height()) {
      throw new IOException("its picture does not have the announced size");
    }
    byte[] rgb = new byte[RGB * layout.canvasWidth() * layout.canvasHeight()];
    int in = 0;
    for (int y = 0; y < layout.height(); y++) {
      int out = RGB * ((layout.top() + y) * layout.canvasWidth() + layout.left());
      for (int x = 0; x < layout.width(); x++, out += RGB) {
        int pixel = argb[in++];
        rgb[out] = (byte) (pixel >> 16);
        rgb[out + 1] = (byte) (pixel >> 8);
        rgb[out + 2] = (byte) pixel;
      }
    }
    return new RgbImage(layout.canvasWidth(), layout.canvasHeight(), rgb);
  }
}
