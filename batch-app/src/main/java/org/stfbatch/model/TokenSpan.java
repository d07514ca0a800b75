package org.stfbatch.model;

import java.util.Optional;

/**
 * Neighbouring tokens of one prompt, every vision token a position of its own.
 *
 * @param offset the position of the first of them in the prompt
 * @param tokenIds [L] token ids; ignored where a vision token stands
 * @param visionIndex [L] {@link #TEXT}, or the row of {@link VisionTokens} that stands there
 * @param pruned the prompt's image, if it is to be pruned; text stands after it
 * @param prefix what comes before the span and is read in the prefix cache; cache position 0 of the
 *     slot is the one after it
 */
public record TokenSpan(
    int offset,
    int[] tokenIds,
    int[] visionIndex,
    Optional<PromptImage> pruned,
    CachedPrefix prefix) {
  /** Marks a position at which text stands. */
  public static final int TEXT = -1;

  public TokenSpan {
    if (tokenIds.length != visionIndex.length || tokenIds.length == 0 || offset < 0) {
      throw new IllegalArgumentException(
          "a span needs a token at least, and as many vision indices as token ids");
    }
  }

  /** No image is pruned, and all is in the slot. */
  public TokenSpan(int offset, int[] tokenIds, int[] visionIndex) {
    this(offset, tokenIds, visionIndex, Optional.empty(), CachedPrefix.NONE);
  }

  public TokenSpan pruning(PromptImage image) {
    return new TokenSpan(offset, tokenIds, visionIndex, Optional.of(image), prefix);
  }

  public TokenSpan behind(CachedPrefix prefix) {
    return new TokenSpan(offset, tokenIds, visionIndex, pruned, prefix);
  }

  public int length() {
    return tokenIds.length;
  }

  /** The cache position of its first token, counted in its slot. */
  int cachePosition() {
    return offset - prefix.length();
  }

  /** The position after its last token. */
  public int end() {
    return offset + tokenIds.length;
  }
}
