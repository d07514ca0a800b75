package org.stfbatch.engine;

/** How sequences use shared prefixes. */
enum PrefixUse {
  /** Every sequence runs all of its prompt. */
  NONE,

  /** A sequence's prefix is copied from the prefix cache to its slot. */
  COPIED,

  /**
   * A sequence reads its prefix in place in the prefix cache, which pins the entry while the
   * sequence runs. Its slot contains only what follows the prefix.
   */
  READ
}
