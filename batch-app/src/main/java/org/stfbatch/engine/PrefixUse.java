package org.stfbatch.engine;

/** How sequences use the prefixes that they share. */
enum PrefixUse {
  /** Every sequence runs all of its prompt. */
  NONE,

  /** A sequence's prefix is copied from the prefix cache to its slot. */
  COPIED,

  /**
   * A sequence reads its prefix in the prefix cache without a copy, which pins the entry while the
   * sequence runs. Its slot holds only what comes after the prefix.
   */
  READ
}
