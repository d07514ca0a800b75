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
  private static final int SKIPPED_AT_ONCE = 1 << 13;

  private final long size;
  private long position;
  private long discarded;
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
    if (discarded > 0) {
      int virtual = (int) Math.min(length, discarded);
      discarded -= virtual;
      position += virtual;
      return virtual;
    }
    try {
      int read = in.read(buffer, offset, length);
      position += Math.max(0, read);
      return read;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /**
   * Skips bytes of the source that the reader will read only to get behind them: its next reads
   * return any bytes instead. The library for tar files would read every byte of a member.
   */
  void discard(long bytes) throws IOException {
    try {
      // Behind its end, a file would let itself be positioned.
      long most = Math.min(bytes, size - position - discarded);
      for (long skipped = 1; most > 0 && skipped > 0; most -= skipped) {
        skipped = in.skip(most);
        discarded += skipped;
      }
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public long skip(long bytes) throws IOException {
    long wanted = Math.max(0, bytes);
    long left = wanted;
    byte[] buffer = new byte[(int) Math.min(left, SKIPPED_AT_ONCE)];
    int read = 0;
    while (left > 0 && read >= 0) {
      read = read(buffer, 0, (int) Math.min(left, buffer.length));
      left -= Math.max(0, read);
    }
    return wanted - left;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
