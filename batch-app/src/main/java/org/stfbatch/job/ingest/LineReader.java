package org.stfbatch.job.ingest;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Splits a file into lines of bytes, so that a malformed line does not affect the others. A line
 * ends with a line feed or, as in Python's text files, with a carriage return alone. Memory: one
 * line.
 */
final class LineReader implements AutoCloseable {
  private static final int BUFFER = 1 << 16;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream in;
  private final int maxBytes;
  private long number;

  /**
   * @param maxBytes only this many bytes of a longer line are kept
   */
  LineReader(InputStream in, int maxBytes) {
    this.in = new BufferedInputStream(in, BUFFER);
    this.maxBytes = maxBytes;
  }

  /** Returns the next line that is not blank, or null at the end. */
  Line next() throws IOException {
    while (true) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      long length = 0;
      int b = in.read();
      if (b < 0) {
        return null;
      }
      for (; b >= 0 && b != '\n'; b = in.read()) {
        if (length++ < maxBytes) {
          bytes.write(b);
        }
        if (b == '\r' && !isFollowedByLineFeed()) {
          break;
        }
      }
      number++;
      Line line = new Line(number, withoutMark(bytes.toByteArray()), length > maxBytes);
      if (!isBlank(line.bytes())) {
        return line;
      }
    }
  }

  private boolean isFollowedByLineFeed() throws IOException {
    in.mark(1);
    int next = in.read();
    in.reset();
    return next == '\n';
  }

  private byte[] withoutMark(byte[] bytes) {
    boolean marked = number == 1 && bytes.length >= 3;
    for (int i = 0; marked && i < BYTE_ORDER_MARK.length; i++) {
      marked = bytes[i] == BYTE_ORDER_MARK[i];
    }
    return marked
        ? java.util.Arrays.copyOfRange(bytes, BYTE_ORDER_MARK.length, bytes.length)
        : bytes;
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte b : bytes) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
