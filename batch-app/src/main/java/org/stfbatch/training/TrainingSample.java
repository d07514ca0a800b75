package org.stfbatch.training;

import java.util.OptionalInt;
import org.stfbatch.model.TrainingRow;

/**
 * A conversation ready to be learned.
 *
 * @param tokens its ids and labels
 * @param picture its picture's number among all pictures
 * @param length positions it has for the model, vision tokens included
 */
record TrainingSample(TokenizedSample tokens, OptionalInt picture, int length) {
  TrainingRow row(RowLayout layout) {
    return layout.row(tokens);
  }
}
