package org.stfbatch.engine;

import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * A prompt with every vision token at a position of its own.
 *
 * @param tokenIds [L] token ids, 0 where a vision token stands
 * @param visionIndex [L] -1 at text, else the vision token's number, counted over the prompt's
 *     images
 * @param imageTokens how many vision tokens each image has, cut off or not
 */
record PromptLayout(int[] tokenIds, int[] visionIndex, int[] imageTokens) {

  /**
   * Widens each image marker to its image's positions.
   *
   * @param imageTokens how many vision tokens each image has; a prompt without markers ignores them
   * @throws IllegalArgumentException if there are other numbers of markers and images
   */
  static PromptLayout of(int[] promptIds, int[] imageTokens) {
    requireMarkers(promptIds, imageTokens.length);
    return widened(promptIds, markers(promptIds) == 0 ? new int[0] : imageTokens);
  }

  private static PromptLayout widened(int[] promptIds, int[] imageTokens) {
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
   * @throws IllegalArgumentException if the prompt has markers, but not one for each image
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

  /** The first {@code length} positions. */
  PromptLayout cut(int length) {
    return new PromptLayout(
        Arrays.copyOf(tokenIds, length), Arrays.copyOf(visionIndex, length), imageTokens);
  }

  /**
   * Where the only image stands, if text stands before it and after it: then everything up to its
   * end can be shared with other questions about it.
   */
  Optional<ImageSpan> sharedImage() {
    return imageTokens.length == 1
        ? imageBeforeText().filter(image -> image.start() > 0 && image.tokens() == imageTokens[0])
        : Optional.empty();
  }

  /**
   * Where the only image stands, if text stands after it; of an image that is cut, what is left.
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
   * @param start of its first vision token
   * @param end after its last
   */
  record ImageSpan(int start, int end) {
    int tokens() {
      return end - start;
    }
  }

  /** The token ids before a position, as a value that can be compared. */
  IntBuffer idsBefore(int position) {
    return IntBuffer.wrap(Arrays.copyOf(tokenIds, position));
  }

  /**
   * The positions from {@code start} to {@code end}, exclusive.
   *
   * @param firstRow the row of the prompt's first vision token; the others follow
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
