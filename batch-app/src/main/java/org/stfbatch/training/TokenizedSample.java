package org.stfbatch.training;

/**
 * Token ids and labels of a conversation.
 *
 * @param ids with the tokenizer's image marker at the position of the image
 * @param labels of the same length: the id where it is a training target, otherwise {@link
 *     org.stfbatch.model.TrainingRow#IGNORED}
 */
public record TokenizedSample(int[] ids, int[] labels) {
  public TokenizedSample {
    if (ids.length != labels.length) {
      throw new IllegalArgumentException(ids.length + " ids and " + labels.length + " labels");
    }
  }
}
