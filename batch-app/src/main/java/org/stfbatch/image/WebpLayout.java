package org.stfbatch.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Position and size of the first picture of a WebP file.
 *
 * @param canvasWidth width of the canvas in pixels
 * @param canvasHeight height of the canvas in pixels
 * @param width width of the picture
 * @param height height of the picture
 * @param left position of the picture on the canvas
 * @param top position of the picture on the canvas
 * @param bitstream of the picture's colours, VP8 or VP8L; transparency is left out
 */
record WebpLayout(
    int canvasWidth, int canvasHeight, int width, int height, int left, int top, byte[] bitstream) {

  static WebpLayout parse(byte[] data) throws IOException {
    return new Walk(data).toFirstPicture();
  }

  private static final class Walk {
    private static final int FILE_HEADER = 12;
    private static final int CHUNK_HEADER = 8;
    private static final int FRAME_HEADER = 16;
    private static final int LOSSY_HEADER = 10;
    private static final int LOSSLESS_HEADER = 5;
    private static final int LOSSLESS_MAGIC = 0x2f;

    private final byte[] data;
    private boolean extended;
    private int canvasWidth;
    private int canvasHeight;
    private int frame = -1; // start of an animation's first frame

    Walk(byte[] data) {
      this.data = data;
    }

    WebpLayout toFirstPicture() throws IOException {
      if (number(4, 4) + CHUNK_HEADER > data.length) {
        throw cutOff();
      }
      long at = FILE_HEADER;
      while (at + CHUNK_HEADER <= data.length) {
        int start = (int) at + CHUNK_HEADER;
        long size = number((int) at + 4, 4);
        if (start + size > data.length) {
          throw cutOff();
        }
        at = start + size + (size & 1);
        switch (new String(data, start - CHUNK_HEADER, 4, StandardCharsets.ISO_8859_1)) {
          case "VP8 ":
            return lossy(start, size);
          case "VP8L":
            return lossless(start, size);
          case "VP8X":
            requireAtLeast(10, size);
            extended = true;
            canvasWidth = (int) number(start + 4, 3) + 1;
            canvasHeight = (int) number(start + 7, 3) + 1;
            break;
          case "ANMF":
            requireAtLeast(FRAME_HEADER, size);
            frame = start;
            at = start + FRAME_HEADER; // the frame's chunks follow inside
            break;
          default:
            break;
        }
      }
      throw new IOException("it holds no picture");
    }

    /** Parses the size from a VP8 key frame (RFC 6386). */
    private WebpLayout lossy(int start, long size) throws IOException {
      requireAtLeast(LOSSY_HEADER, size);
      if ((data[start] & 1) != 0 || number(start + 3, 3) != 0x2a019d) {
        throw new IOException("it has no key frame");
      }
      int width = (int) number(start + 6, 2) & 0x3fff;
      int height = (int) number(start + 8, 2) & 0x3fff;
      return found(width, height, Arrays.copyOfRange(data, start, start + (int) size));
    }

    /** Parses the size from a VP8L bitstream (RFC 9649). */
    private WebpLayout lossless(int start, long size) throws IOException {
      requireAtLeast(LOSSLESS_HEADER, size);
      if (data[start] != LOSSLESS_MAGIC) {
        throw new IOException("its lossless picture lacks the signature");
      }
      int bits = (int) number(start + 1, 4);
      byte[] bitstream = Arrays.copyOfRange(data, start, start + (int) size);
      return found((bits & 0x3fff) + 1, (bits >>> 14 & 0x3fff) + 1, bitstream);
    }

    private WebpLayout found(int width, int height, byte[] bitstream) throws IOException {
      if (frame < 0) {
        if (extended && (width != canvasWidth || height != canvasHeight)) {
          throw new IOException("its picture is not as large as its canvas");
        }
        return new WebpLayout(width, height, width, height, 0, 0, bitstream);
      }
      int left = 2 * (int) number(frame, 3);
      int top = 2 * (int) number(frame + 3, 3);
      if (width != number(frame + 6, 3) + 1 || height != number(frame + 9, 3) + 1) {
        throw new IOException("its first frame does not have the announced size");
      }
      if (!extended || left + width > canvasWidth || top + height > canvasHeight) {
        throw new IOException("its first frame sticks out of the canvas");
      }
      return new WebpLayout(canvasWidth, canvasHeight, width, height, left, top, bitstream);
    }

    private static void requireAtLeast(int needed, long size) throws IOException {
      if (size < needed) {
        throw new IOException("one of its headers is too short");
      }
    }

    private static IOException cutOff() {
      return new IOException("it is cut off");
    }

    /** Reads an unsigned little-endian number. */
    private long number(int at, int bytes) throws IOException {
      if (at + bytes > data.length) {
        throw cutOff();
      }
      long value = 0;
      for (int i = bytes - 1; i >= 0; i--) {
        value = value << 8 | data[at + i] & 0xff;
      }
      return value;
    }
  }
}
