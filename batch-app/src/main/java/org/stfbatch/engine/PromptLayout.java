package org.stfbatch.engine;

import java.util.Arrays;
import org.stfbatch.model.PromptBatch;
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
    Arrays.fill(visionIndex, PromptBatch.TEXT);
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
    return (int) Arrays.stream(visionIndex).filter(index -> index != PromptBatch.TEXT).count();
  }

  /** The first {@code length} positions. */
  PromptLayout cut(int length) {
    return new PromptLayout(Arrays.copyOf(tokenIds, length), Arrays.copyOf(visionIndex, length));
  }
}
