package org.stfbatch.engine;

/** What sequences do with the prefixes that they share. */
enum PrefixUse {
  /** Every sequence runs all of its prompt. */
  NONE,

  /** A sequence's prefix is copied from its shelf to its slot. */
  COPIED,

  /**
   * A sequence reads its prefix on its shelf, as long as it runs; its slot holds only what comes
   * behind it.
   */
  READ
}
