package org.stfbatch.model;

import java.util.Optional;

/**
 * Consecutive tokens of one prompt; each vision token has its own position.
 *
 * @param offset position of the first of them in the prompt
 * @param tokenIds [L] token ids; ignored at vision tokens
 * @param visionIndex [L] row of {@link VisionTokens}, or {@link #TEXT}
 * @param pruned the prompt's image, if it is to be pruned; text follows it
 * @param prefix the prefix before the span that is read in place in the prefix cache; cache
 *     position 0 of the slot follows it
 */
public record TokenSpan(
    int offset,
    int[] tokenIds,
    int[] visionIndex,
    Optional<PromptImage> pruned,
    CachedPrefix prefix) {
  /** Marks a text position. */
  public static final int TEXT = -1;

  public TokenSpan {
    if (tokenIds.length != visionIndex.length || tokenIds.length == 0 || offset < 0) {
      throw new IllegalArgumentException(
          "a span needs at least one token, and as many vision indices as token ids");
    }
  }

  /** Creates a span without pruning and without a prefix that is read in place. */
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

  /** Returns the cache position of its first token in its slot. */
  int cachePosition() {
    return offset - prefix.length();
  }

  /** Returns the position after its last token. */
  public int end() {
    return offset + tokenIds.length;
  }
}
