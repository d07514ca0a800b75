package org.stfbatch.training;

import static org.stfbatch.model.TrainingRow.IGNORED;

import java.util.Arrays;
import java.util.List;
import org.stfbatch.prompt.ImagePrompt;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * Tokenizer of the template {@code plain}: the text of the question is dropped, the image marker
 * precedes the caption, and the labels cover the caption and its line feed.
 */
final class CaptionTokenizer implements SampleTokenizer {
  private final LlamaTokenizer tokenizer;

  CaptionTokenizer(LlamaTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  @Override
  public TokenizedSample tokenize(Sample sample) {
    List<Turn> turns = ImageMarkers.placed(sample);
    if (turns.size() != 2 || sample.image().isEmpty() || !ImageMarkers.isMarked(turns.get(0))) {
      throw TrainingDataException.of(
          sample,
          "is no caption: give it a picture, a first turn with %s and a second with the caption, or leave it out of pre-training"
              .formatted(ImagePrompt.MARKER));
    }
    int[] ids = tokenizer.encodeWithImages(ImagePrompt.MARKER + turns.get(1).text() + "\n");
    int[] labels = ids.clone();
    int unlearned = tokenizer.encodeWithImages(ImagePrompt.MARKER).length;
    Arrays.fill(labels, 0, Math.min(unlearned, labels.length), IGNORED);
    return new TokenizedSample(ids, labels);
  }
}
