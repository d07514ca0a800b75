package org.stfbatch.db;

import java.util.Arrays;
import java.util.HexFormat;

/** Hash of everything that an answer depends on: jobs with equal keys have equal answers. */
public final class ReuseKey {
  private static final int BYTES = 16;

  private final byte[] bytes;

  private ReuseKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns the key that consists of the first 16 bytes of a hash.
   *
   * @throws IllegalArgumentException if the hash is shorter
   */
  public static ReuseKey of(byte[] hash) {
    if (hash.length < BYTES) {
      throw new IllegalArgumentException("a hash of %d bytes is no key".formatted(hash.length));
    }
    return new ReuseKey(Arrays.copyOf(hash, BYTES));
  }

  /** Returns the key as it is stored; not to be changed. */
  byte[] stored() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ReuseKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
