package org.stfbatch.engine;

import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * A prompt in which each vision token has its own position.
 *
 * @param tokenIds [L] token ids, 0 at vision tokens
 * @param visionIndex [L] index of the vision token, counted over all images of the prompt; -1 at
 *     text
 * @param imageTokens number of vision tokens of each image before truncation
 */
record PromptLayout(int[] tokenIds, int[] visionIndex, int[] imageTokens) {

  /**
   * Expands each image marker to its image's positions.
   *
   * @param imageTokens number of vision tokens of each image; ignored if the prompt has no markers
   * @throws IllegalArgumentException if the numbers of markers and images differ
   */
  static PromptLayout of(int[] promptIds, int[] imageTokens) {
    requireMarkers(promptIds, imageTokens.length);
    return expanded(promptIds, markers(promptIds) == 0 ? new int[0] : imageTokens);
  }

  private static PromptLayout expanded(int[] promptIds, int[] imageTokens) {
    int length = promptIds.length - imageTokens.length + IntStream.of(imageTokens).sum();
    int[] tokenIds = new int[length];
    int[] visionIndex = new int[length];
    Arrays.fill(visionIndex, TokenSpan.TEXT);
    int at = 0;
    int image = 0;
    int vision = 0;
    for (int id : promptIds) {
      if (isMarker(id)) {
        for (int i = 0; i < imageTokens[image]; i++) {
          visionIndex[at++] = vision++;
        }
        image++;
      } else {
        tokenIds[at++] = id;
      }
    }
    return new PromptLayout(tokenIds, visionIndex, imageTokens);
  }

  /**
   * @throws IllegalArgumentException if the prompt has markers and their number differs from that
   *     of the images
   */
  static void requireMarkers(int[] promptIds, int images) {
    int markers = markers(promptIds);
    if (markers > 0 && markers != images) {
      throw new IllegalArgumentException(
          "the prompt has %d image marker(s) for %d image(s)".formatted(markers, images));
    }
  }

  static boolean hasMarkers(int[] promptIds) {
    return markers(promptIds) > 0;
  }

  private static int markers(int[] promptIds) {
    return (int) Arrays.stream(promptIds).filter(PromptLayout::isMarker).count();
  }

  static boolean isMarker(int id) {
    return id == LlamaTokenizer.IMAGE_TOKEN_INDEX;
  }

  int length() {
    return tokenIds.length;
  }

  int visionTokens() {
    return (int) Arrays.stream(visionIndex).filter(index -> index != TokenSpan.TEXT).count();
  }

  /** Returns the first {@code length} positions. */
  PromptLayout cut(int length) {
    return new PromptLayout(
        Arrays.copyOf(tokenIds, length), Arrays.copyOf(visionIndex, length), imageTokens);
  }

  /**
   * Returns the span of the only image, if there is text before and after it: everything up to its
   * end can then be shared with other questions about it.
   */
  Optional<ImageSpan> sharedImage() {
    return imageTokens.length == 1
        ? imageBeforeText().filter(image -> image.start() > 0 && image.tokens() == imageTokens[0])
        : Optional.empty();
  }

  /**
   * Returns the span of the only image, if there is text after it; of a truncated image, the
   * remaining part.
   */
  Optional<ImageSpan> imageBeforeText() {
    int start = 0;
    while (start < length() && visionIndex[start] == TokenSpan.TEXT) {
      start++;
    }
    int end = start + visionTokens();
    return start < end && end < length()
        ? Optional.of(new ImageSpan(start, end))
        : Optional.empty();
  }

  /**
   * Positions of an image.
   *
   * @param start of its first vision token, inclusive
   * @param end after its last, exclusive
   */
  record ImageSpan(int start, int end) {
    int tokens() {
      return end - start;
    }
  }

  /** Returns the token ids before a position, as a value with equality. */
  IntBuffer idsBefore(int position) {
    return IntBuffer.wrap(Arrays.copyOf(tokenIds, position));
  }

  /**
   * Returns all positions, each of which has its own row of embeddings.
   *
   * @param firstRow row of the first position; the others follow
   */
  TokenSpan fusedSpan(int firstRow) {
    return new TokenSpan(0, tokenIds, IntStream.range(firstRow, firstRow + length()).toArray());
  }

  /**
   * Returns the positions from {@code start} to {@code end}, exclusive.
   *
   * @param firstRow row of the prompt's first vision token; the others follow
   */
  TokenSpan span(int start, int end, int firstRow) {
    int[] ids = Arrays.copyOfRange(tokenIds, start, end);
    int[] rows = Arrays.copyOfRange(visionIndex, start, end);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] != TokenSpan.TEXT) {
        rows[i] += firstRow;
      }
    }
    return new TokenSpan(start, ids, rows);
  }
}
