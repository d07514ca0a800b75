package org.stfbatch.training;

/**
 * A conversation in token ids.
 *
 * @param ids with the tokenizer's image marker where the picture stands
 * @param labels as many: the id itself where it is learned, {@link
 *     org.stfbatch.model.TrainingRow#IGNORED} elsewhere
 */
public record TokenizedSample(int[] ids, int[] labels) {
  public TokenizedSample {
    if (ids.length != labels.length) {
      throw new IllegalArgumentException(ids.length + " ids and " + labels.length + " labels");
    }
  }
}
