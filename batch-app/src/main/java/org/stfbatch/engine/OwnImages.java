package org.stfbatch.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.stfbatch.model.VisionTokens;

/**
 * Vision tokens of sequences that share no prefix.
 *
 * @param tokens of all their images
 * @param firstRows first row of each sequence's vision tokens; sequences without images are absent
 */
record OwnImages(VisionTokens tokens, Map<Sequence, Integer> firstRows) {
  /** Encodes the images that are not part of a shared prefix. */
  static OwnImages of(List<? extends Sequence> sequences, ImageEncoder encoder) {
    List<? extends Sequence> pictured = sequences.stream().filter(Sequence::hasOwnImages).toList();
    VisionTokens tokens = encoder.take(pictured);
    Map<Sequence, Integer> firstRows = new HashMap<>();
    int row = 0;
    int image = 0;
    for (Sequence sequence : pictured) {
      firstRows.put(sequence, row);
      for (int i = 0; i < sequence.images().size(); i++) {
        row += tokens.counts()[image++];
      }
    }
    return new OwnImages(tokens, firstRows);
  }

  /**
   * Returns the first row of a sequence's vision tokens; meaningless for a sequence without any.
   */
  int firstRow(Sequence sequence) {
    return firstRows.getOrDefault(sequence, 0);
  }
}
