package org.stfbatch.training;

import static org.stfbatch.model.TrainingRow.IGNORED;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.TrainingRow;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * Layout of tokenized conversations as the model reads them: vision tokens replace the image
 * marker, and the row is cut at the maximum training length, as in LLaVA's collator and model.
 *
 * @param tokensPerPicture vision tokens per image
 * @param maxLength {@code tokenizer_model_max_length}
 * @param paddingId the padding id, which is dropped
 */
record RowLayout(int tokensPerPicture, int maxLength, int paddingId) {

  TrainingRow row(TokenizedSample sample) {
    int read = Math.min(sample.ids().length, maxLength);
    long pictures =
        Arrays.stream(sample.ids(), 0, read)
            .filter(id -> id == LlamaTokenizer.IMAGE_TOKEN_INDEX)
            .count();
    Builder row = new Builder(Math.toIntExact(read + pictures * tokensPerPicture));
    for (int i = 0; i < read; i++) {
      int id = sample.ids()[i];
      if (id == LlamaTokenizer.IMAGE_TOKEN_INDEX) {
        row.addPicture(tokensPerPicture);
      } else if (id != paddingId) {
        row.add(id, TokenSpan.TEXT, sample.labels()[i]);
      }
    }
    return row.build(maxLength);
  }

  private static final class Builder {
    private final int[] ids;
    private final int[] vision;
    private final int[] labels;
    private int length;
    private int pictures;

    private Builder(int room) {
      ids = new int[room];
      vision = new int[room];
      labels = new int[room];
    }

    private void add(int id, int visionIndex, int label) {
      ids[length] = id;
      vision[length] = visionIndex;
      labels[length] = label;
      length++;
    }

    private void addPicture(int tokens) {
      int first = pictures * tokens;
      IntStream.range(first, first + tokens).forEach(token -> add(0, token, IGNORED));
      pictures++;
    }

    private TrainingRow build(int maxLength) {
      int kept = Math.min(length, maxLength);
      return new TrainingRow(
          Arrays.copyOf(ids, kept),
          Arrays.copyOf(vision, kept),
          Arrays.copyOf(labels, kept),
          pictures);
    }
  }
}
