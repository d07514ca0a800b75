package org.stfbatch.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * The first picture of a WebP file. The container is taken apart here, so that neither embedded
 * profiles nor transparency touch the colours; what an animation's first frame leaves open is
 * black.
 */
final class WebpCodec implements Codec {
  private final Codec lossless = new ImageIoCodec(new WebPImageReaderSpi());

  @Override
  public RgbImage decode(byte[] data, PixelLimit limit) throws IOException {
    WebpLayout layout = WebpLayout.parse(data);
    if (layout.isExtended()) {
      limit.check(layout.canvasWidth(), layout.canvasHeight());
    }
    RgbImage picture =
        layout.isLossless()
            ? lossless.decode(standalone(layout), limit)
            : Vp8.decode(layout.payload(), limit);
    return layout.isExtended() ? place(picture, layout) : picture;
  }

  /** A simple WebP file of the picture's chunk alone. */
  private static byte[] standalone(WebpLayout layout) {
    byte[] payload = layout.payload();
    ByteArrayOutputStream file = new ByteArrayOutputStream(payload.length + 20);
    int padding = payload.length & 1;
    file.writeBytes(new byte[] {'R', 'I', 'F', 'F'});
    file.writeBytes(littleEndian(payload.length + padding + 12));
    file.writeBytes(new byte[] {'W', 'E', 'B', 'P', 'V', 'P', '8', 'L'});
    file.writeBytes(littleEndian(payload.length));
    file.writeBytes(Arrays.copyOf(payload, payload.length + padding));
    return file.toByteArray();
  }

  private static byte[] littleEndian(int value) {
    return new byte[] {
      (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)
    };
  }

  private static RgbImage place(RgbImage picture, WebpLayout layout) throws IOException {
    int width = layout.canvasWidth();
    int height = layout.canvasHeight();
    if (picture.width() == width && picture.height() == height) {
      return picture;
    }
    if (layout.left() + picture.width() > width || layout.top() + picture.height() > height) {
      throw new IOException("its picture is larger than its canvas");
    }
    byte[] canvas = new byte[3 * width * height];
    for (int y = 0; y < picture.height(); y++) {
      System.arraycopy(
          picture.rgb(),
          3 * y * picture.width(),
          canvas,
          3 * ((layout.top() + y) * width + layout.left()),
          3 * picture.width());
    }
    return new RgbImage(width, height, canvas);
  }
}
