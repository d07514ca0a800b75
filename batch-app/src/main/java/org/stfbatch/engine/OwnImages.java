package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;

/**
 * The vision tokens of sequences that share no prefix.
 *
 * @param tokens of all their images
 * @param rowsOf at which rows each sequence's images begin
 */
record OwnImages(VisionTokens tokens, Map<Sequence, int[]> rowsOf) {
  /** Encodes the images that these sequences need for themselves. */
  static OwnImages encode(
      List<? extends Sequence> sequences, VisionLanguageModel model, EngineMeter meter) {
    List<byte[]> pixels = new ArrayList<>();
    Map<Sequence, int[]> rows = new HashMap<>();
    for (Sequence sequence : sequences) {
      List<Pixels> images = sequence.ownImages();
      int[] rowOfImage = new int[images.size()];
      for (int i = 0; i < rowOfImage.length; i++) {
        rowOfImage[i] = pixels.size() * model.config().visionTokens();
        pixels.add(images.get(i).chw());
      }
      rows.put(sequence, rowOfImage);
    }
    VisionTokens tokens =
        pixels.isEmpty()
            ? VisionTokens.none(model.config().language().hiddenSize())
            : meter.encoding(pixels.size(), () -> model.encodeImages(pixels));
    return new OwnImages(tokens, rows);
  }

  int[] rows(Sequence sequence) {
    return rowsOf.get(sequence);
  }
}
