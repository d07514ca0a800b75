package org.stfbatch.shard;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * A stream that knows its position, and tells its source's errors from those of its reader. For one
 * thread.
 */
final class PositionedStream extends FilterInputStream {
  private final long size;
  private long position;
  private IOException failure;

  /**
   * @param size number of bytes; {@link Long#MAX_VALUE} if it is not known
   */
  PositionedStream(InputStream in, long size) {
    super(in);
    this.size = size;
  }

  /** Returns the number of bytes that were read and skipped. */
  long position() {
    return position;
  }

  /** Returns the error with which the source failed. */
  Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      int read = in.read(buffer, offset, length);
      position += Math.max(0, read);
      return read;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /** Skips bytes, but none behind the end, where a file would let itself be positioned. */
  @Override
  public long skip(long bytes) throws IOException {
    try {
      long skipped = in.skip(Math.max(0, Math.min(bytes, size - position)));
      position += skipped;
      return skipped;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
