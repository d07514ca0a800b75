package org.stfbatch.image;

import javax.imageio.stream.ImageInputStreamImpl;

/**
 * Image data in memory as an ImageIO stream. Records whether a reader tried to read beyond the end.
 */
final class ByteArrayImageInput extends ImageInputStreamImpl {
  private final byte[] data;
  private boolean exhausted;

  ByteArrayImageInput(byte[] data) {
    this.data = data;
  }

  /** Returns whether a reader tried to read at or beyond the end. */
  boolean isExhausted() {
    return exhausted;
  }

  @Override
  public int read() {
    bitOffset = 0;
    if (streamPos >= data.length) {
      exhausted = true;
      return -1;
    }
    return data[(int) streamPos++] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    if (streamPos >= data.length) {
      exhausted = true;
      return -1;
    }
    int n = (int) Math.min(length, data.length - streamPos);
    System.arraycopy(data, (int) streamPos, target, offset, n);
    streamPos += n;
    return n;
  }

  @Override
  public long length() {
    return data.length;
  }
}
