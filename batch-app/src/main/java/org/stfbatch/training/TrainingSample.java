package org.stfbatch.training;

import java.util.OptionalInt;
import org.stfbatch.model.TrainingRow;

/**
 * Conversation that is prepared for training.
 *
 * @param tokens ids and labels
 * @param picture index of its image among all images
 * @param length positions that the model processes, including vision tokens
 */
record TrainingSample(TokenizedSample tokens, OptionalInt picture, int length) {
  TrainingRow row(RowLayout layout) {
    return layout.row(tokens);
  }
}
