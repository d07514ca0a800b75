package org.stfbatch.testing;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * The long form of tests that compare many settings or seeds: with {@code -Dstfbatch.long=true}
 * they use all of them, else those that find most.
 */
public final class LongForm {
  private LongForm() {}

  public static boolean isWanted() {
    return Boolean.getBoolean("stfbatch.long");
  }

  /** Returns all seeds in the long form, else the first. */
  public static LongStream seeds(long... all) {
    return Arrays.stream(all).limit(isWanted() ? all.length : 1);
  }
}
