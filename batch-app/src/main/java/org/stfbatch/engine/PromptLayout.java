package org.stfbatch.engine;

import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * A prompt with every vision token at a position of its own.
 *
 * @param tokenIds [L] token ids, 0 where a vision token stands
 * @param visionIndex [L] -1 at text, else the vision token's number, counted over the prompt's
 *     images
 */
record PromptLayout(int[] tokenIds, int[] visionIndex) {

  /** Widens each image marker to {@code tokensPerImage} positions. */
  static PromptLayout of(int[] promptIds, int tokensPerImage) {
    int markers = (int) Arrays.stream(promptIds).filter(PromptLayout::isMarker).count();
    int length = promptIds.length + markers * (tokensPerImage - 1);
    int[] tokenIds = new int[length];
    int[] visionIndex = new int[length];
    Arrays.fill(visionIndex, TokenSpan.TEXT);
    int at = 0;
    int vision = 0;
    for (int id : promptIds) {
      if (isMarker(id)) {
        for (int i = 0; i < tokensPerImage; i++) {
          visionIndex[at++] = vision++;
        }
      } else {
        tokenIds[at++] = id;
      }
    }
    return new PromptLayout(tokenIds, visionIndex);
  }

  private static boolean isMarker(int id) {
    return id == LlamaTokenizer.IMAGE_TOKEN_INDEX;
  }

  int length() {
    return tokenIds.length;
  }

  int visionTokens() {
    return (int) Arrays.stream(visionIndex).filter(index -> index != TokenSpan.TEXT).count();
  }

  /** The first {@code length} positions. */
  PromptLayout cut(int length) {
    return new PromptLayout(Arrays.copyOf(tokenIds, length), Arrays.copyOf(visionIndex, length));
  }

  /**
   * Where the only image stands, if text stands before it and after it: then everything up to its
   * end can be shared with other questions about it.
   */
  Optional<ImagePlace> sharedImage(int tokensPerImage) {
    if (visionTokens() != tokensPerImage) {
      return Optional.empty();
    }
    int start = 0;
    while (visionIndex[start] == TokenSpan.TEXT) {
      start++;
    }
    int end = start + tokensPerImage;
    return start > 0 && end < length() ? Optional.of(new ImagePlace(start, end)) : Optional.empty();
  }

  /**
   * Positions of an image.
   *
   * @param start of its first vision token
   * @param end after its last
   */
  record ImagePlace(int start, int end) {}

  /** The token ids before a position, as a value that can be compared. */
  IntBuffer idsBefore(int position) {
    return IntBuffer.wrap(Arrays.copyOf(tokenIds, position));
  }

  /**
   * The positions from {@code start} to {@code end}, exclusive; images are found by {@code
   * rowOfImage}.
   */
  TokenSpan span(int start, int end, int[] rowOfImage, int tokensPerImage) {
    int[] ids = Arrays.copyOfRange(tokenIds, start, end);
    int[] rows = Arrays.copyOfRange(visionIndex, start, end);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] != TokenSpan.TEXT) {
        rows[i] = rowOfImage[rows[i] / tokensPerImage] + rows[i] % tokensPerImage;
      }
    }
    return new TokenSpan(start, ids, rows);
  }
}
