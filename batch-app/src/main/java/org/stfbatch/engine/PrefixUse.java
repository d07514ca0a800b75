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
  READ,

  /**
   * LLaVA-Mini: a sequence with an image runs all of its prompt, whose embeddings come from {@link
   * PromptFusion} and depend on the image and the question.
   */
  FUSED;

  /** Returns whether prefixes are kept in the prefix cache. */
  boolean isCached() {
    return this == COPIED || this == READ;
  }
}
