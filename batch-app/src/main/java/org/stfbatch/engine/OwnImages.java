package org.stfbatch.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.stfbatch.model.VisionTokens;

/**
 * The vision tokens of sequences that share no prefix.
 *
 * @param tokens of all their images
 * @param firstRows at which row each one's vision tokens begin; those without images are not there
 */
record OwnImages(VisionTokens tokens, Map<Sequence, Integer> firstRows) {
  /** The images that these sequences need for themselves. */
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

  /** The first row of a sequence's vision tokens; of no meaning without such. */
  int firstRow(Sequence sequence) {
    return firstRows.getOrDefault(sequence, 0);
  }
}
