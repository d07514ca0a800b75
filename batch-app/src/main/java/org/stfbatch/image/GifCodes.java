package org.stfbatch.image;

/** Walks over the LZW codes of a GIF's picture, to see whether they come to their end. */
final class GifCodes {
  private static final int MOST_BITS = 12;

  private final int clear;
  private final int firstBits;

  /**
   * @param codeBits of a pixel, as the picture's first byte says
   */
  GifCodes(int codeBits) {
    clear = 1 << codeBits;
    firstBits = codeBits + 1;
  }

  /**
   * Whether the code for the end is among those in whole blocks.
   *
   * @param start of the first block
   */
  boolean end(byte[] data, int start) {
    int bits = firstBits;
    int next = clear + 2;
    boolean fresh = true;
    long buffer = 0;
    int buffered = 0;
    int at = start;
    int blockEnd = start;
    while (true) {
      for (; buffered < bits; buffered += 8) {
        if (at == blockEnd) {
          if (at >= data.length) {
            return false;
          }
          blockEnd = at + 1 + (data[at] & 0xff);
          at++;
        }
        if (at >= data.length) {
          return false;
        }
        buffer |= (data[at++] & 0xffL) << buffered;
      }
      int code = (int) (buffer & (1 << bits) - 1);
      buffer >>>= bits;
      buffered -= bits;
      if (code == clear + 1) {
        return true;
      }
      if (code == clear) {
        bits = firstBits;
        next = clear + 2;
        fresh = true;
      } else if (fresh) {
        fresh = false;
      } else if (next < 1 << MOST_BITS) {
        if (next == (1 << bits) - 1 && bits < MOST_BITS) {
          bits++;
        }
        next++;
      }
    }
  }
}
