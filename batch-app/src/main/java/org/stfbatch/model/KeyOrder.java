package org.stfbatch.model;

/**
 * Which factor of a product the cached keys are when single queries ask them. Processors differ in
 * which is faster, by a fifth and more, and the scores are the same to the last bit: so it is
 * measured, in some milliseconds.
 */
final class KeyOrder {
  private static final int ROUNDS = 5;

  private KeyOrder() {}

  /** Lets a loaded module compute in the faster order. */
  static void choose(TorchModule module) {
    long left = Long.MAX_VALUE;
    long right = Long.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      left = Math.min(left, nanos(module, true));
      right = Math.min(right, nanos(module, false));
    }
    module.call("order_keys", left <= right);
  }

  private static long nanos(TorchModule module, boolean left) {
    long began = System.nanoTime();
    module.call("attend_to_nothing", left);
    return System.nanoTime() - began;
  }
}
