package org.stfbatch.image;

import java.util.Arrays;

/** Scans the LZW codes of a GIF picture to count the pixels that they encode. */
final class GifCodes {
  private static final int MOST_BITS = 12;

  private final int clear;
  private final int firstBits;

  /**
   * @param codeBits bits of a pixel's code, from the picture's first byte
   */
  GifCodes(int codeBits) {
    clear = 1 << codeBits;
    firstBits = codeBits + 1;
  }

  /**
   * What the codes encode.
   *
   * @param pixels pixels before the end code, or before an undefined code
   * @param ended whether the end code was found
   */
  record Made(long pixels, boolean ended) {}

  /**
   * @param start position of the first block
   */
  Made made(byte[] data, int start) {
    int[] pixelsOf = new int[1 << MOST_BITS];
    Arrays.fill(pixelsOf, 0, clear, 1);
    Bits codes = new Bits(data, start);
    int bits = firstBits;
    int next = clear + 2;
    int before = -1;
    long pixels = 0;
    while (true) {
      int code = codes.next(bits);
      if (code < 0 || code == clear + 1) {
        return new Made(pixels, code >= 0);
      }
      if (code == clear) {
        bits = firstBits;
        next = clear + 2;
        before = -1;
        continue;
      }
      if (before >= 0 && next < 1 << MOST_BITS) {
        pixelsOf[next] = pixelsOf[before] + 1;
        next++;
        if (next == 1 << bits && bits < MOST_BITS) {
          bits++;
        }
      }
      if (code >= next) {
        return new Made(pixels, false);
      }
      pixels += pixelsOf[code];
      before = code;
    }
  }

  /** Reads codes from the blocks of data, least significant bits first. */
  private static final class Bits {
    private final byte[] data;
    private int at;
    private int blockEnd;
    private long buffer;
    private int buffered;

    Bits(byte[] data, int start) {
      this.data = data;
      this.at = start;
      this.blockEnd = start;
    }

    /** Returns the next code, or -1 at the end of the data. */
    int next(int bits) {
      for (; buffered < bits; buffered += 8) {
        if (at == blockEnd && !nextBlock() || at >= data.length) {
          return -1;
        }
        buffer |= (data[at++] & 0xffL) << buffered;
      }
      int code = (int) (buffer & (1 << bits) - 1);
      buffer >>>= bits;
      buffered -= bits;
      return code;
    }

    /** Moves to the next block; an empty block ends the data. */
    private boolean nextBlock() {
      if (at >= data.length || data[at] == 0) {
        return false;
      }
      blockEnd = at + 1 + (data[at] & 0xff);
      at++;
      return true;
    }
  }
}
