package org.stfbatch.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Where a WebP file keeps its first picture.
 *
 * @param isLossless whether the picture is a VP8L bitstream, else VP8
 * @param isExtended whether the file has a header of its own with the canvas size (VP8X)
 * @param canvasWidth as in that header, else 0
 * @param canvasHeight as in that header, else 0
 * @param left of the picture on the canvas
 * @param top of the picture on the canvas
 * @param payload the picture's bitstream
 */
record WebpLayout(
    boolean isLossless,
    boolean isExtended,
    int canvasWidth,
    int canvasHeight,
    int left,
    int top,
    byte[] payload) {

  static WebpLayout parse(byte[] data) throws IOException {
    return new Walk(data).toFirstPicture();
  }

  private static final class Walk {
    private static final int FILE_HEADER = 12;
    private static final int FRAME_HEADER = 16;

    private final byte[] data;
    private boolean extended;
    private int canvasWidth;
    private int canvasHeight;
    private int left;
    private int top;

    Walk(byte[] data) {
      this.data = data;
    }

    WebpLayout toFirstPicture() throws IOException {
      long at = FILE_HEADER;
      while (at + 8 <= data.length) {
        int start = (int) at + 8;
        long size = number((int) at + 4, 4);
        if (start + size > data.length) {
          throw new IOException("it is cut off");
        }
        String type = new String(data, (int) at, 4, StandardCharsets.ISO_8859_1);
        switch (type) {
          case "VP8 ":
          case "VP8L":
            return found(type.equals("VP8L"), start, (int) size);
          case "VP8X":
            requireAtLeast(10, size);
            extended = true;
            canvasWidth = (int) number(start + 4, 3) + 1;
            canvasHeight = (int) number(start + 7, 3) + 1;
            at = start + size + (size & 1);
            break;
          case "ANMF":
            requireAtLeast(FRAME_HEADER, size);
            left = 2 * (int) number(start, 3);
            top = 2 * (int) number(start + 3, 3);
            at = start + FRAME_HEADER; // the frame's chunks follow inside
            break;
          default:
            at = start + size + (size & 1);
        }
      }
      throw new IOException("it holds no picture");
    }

    private WebpLayout found(boolean lossless, int start, int size) {
      byte[] payload = Arrays.copyOfRange(data, start, start + size);
      return new WebpLayout(lossless, extended, canvasWidth, canvasHeight, left, top, payload);
    }

    private static void requireAtLeast(int needed, long size) throws IOException {
      if (size < needed) {
        throw new IOException("one of its headers is too short");
      }
    }

    private long number(int at, int bytes) {
      long value = 0;
      for (int i = bytes - 1; i >= 0; i--) {
        value = value << 8 | data[at + i] & 0xff;
      }
      return value;
    }
  }
}
