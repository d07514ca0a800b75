package org.stfbatch.job.ingest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.stfbatch.base.Digests;

/**
 * Set of very many texts that stores a 64-bit hash of each: among a billion texts, two different
 * ones have the same hash with a probability of a few percent. Must be filled before it is read;
 * for one thread.
 */
final class Hashes {
  private static final int FIRST_SIZE = 1024;

  private final MessageDigest digest = Digests.of("MD5");
  private long[] values = new long[FIRST_SIZE];
  private int size;
  private boolean sorted;

  void add(String text) {
    add(hash(text));
  }

  private void add(long hash) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = hash;
    sorted = false;
  }

  boolean contains(String text) {
    sort();
    return Arrays.binarySearch(values, 0, size, hash(text)) >= 0;
  }

  /** Returns the texts that were added more than once. */
  Hashes repeated() {
    sort();
    Hashes repeated = new Hashes();
    for (int i = 1; i < size; i++) {
      if (values[i] == values[i - 1]) {
        repeated.add(values[i]);
      }
    }
    return repeated;
  }

  private void sort() {
    if (!sorted) {
      Arrays.sort(values, 0, size);
      sorted = true;
    }
  }

  private long hash(String text) {
    return ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
  }
}
