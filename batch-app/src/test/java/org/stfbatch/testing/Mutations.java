package org.stfbatch.testing;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/**
 * Random mutations of bytes for fuzz tests; the same seed gives the same mutations. The system
 * properties {@code stfbatch.fuzz.count} and {@code stfbatch.fuzz.seed} set the number of mutated
 * inputs per kind and the seed.
 */
public final class Mutations {
  private static final int DEFAULT_COUNT = 200;

  private final Random random;

  public Mutations() {
    random = new Random(Long.getLong("stfbatch.fuzz.seed", 1));
  }

  /** Returns the number of mutated inputs per kind. */
  public static int count() {
    return Integer.getInteger("stfbatch.fuzz.count", DEFAULT_COUNT);
  }

  /** Returns a random number from 0, below the bound. */
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** Returns a copy with one to four mutations. */
  public byte[] damaged(byte[] original) {
    byte[] damaged = original.clone();
    int damages = 1 + random.nextInt(4);
    for (int i = 0; i < damages && damaged.length > 0; i++) {
      damaged = once(damaged);
    }
    return damaged;
  }

  private byte[] once(byte[] bytes) {
    int at = place(bytes.length);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
    switch (random.nextInt(7)) {
      case 0:
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        return bytes;
      case 1:
        bytes[at] = (byte) random.nextInt(256);
        return bytes;
      case 2:
        Arrays.fill(bytes, at, at + length, (byte) (random.nextBoolean() ? 0 : 0xff));
        return bytes;
      case 3:
        return Arrays.copyOf(bytes, at);
      case 4:
        return joined(bytes, at + length, bytes, at);
      case 5:
        return joined(bytes, at, bytes, at + length);
      default:
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return joined(joined(bytes, at, noise, 0), at + length, bytes, at);
    }
  }

  /** Prefers the headers at the beginning and the tables that some formats have at the end. */
  private int place(int length) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(Math.min(64, length));
      case 1 -> length - 1 - random.nextInt(Math.min(256, length));
      default -> random.nextInt(length);
    };
  }

  private static byte[] joined(byte[] first, int end, byte[] second, int begin) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(first, 0, end);
    joined.write(second, begin, second.length - begin);
    return joined.toByteArray();
  }
}
