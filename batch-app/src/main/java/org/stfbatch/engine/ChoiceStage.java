package org.stfbatch.engine;

import java.util.List;
import org.stfbatch.model.BranchingPrompt;
import org.stfbatch.model.VisionLanguageModel;

/**
 * Answers sequences that choose: all their choices are run behind their prompts' ends in one call,
 * as trees, so that neither prompts nor common beginnings of choices are run twice.
 */
final class ChoiceStage {
  private final VisionLanguageModel model;
  private final ImageEncoder encoder;
  private final EngineMeter meter;

  ChoiceStage(VisionLanguageModel model, ImageEncoder encoder, EngineMeter meter) {
    this.model = model;
    this.encoder = encoder;
    this.meter = meter;
  }

  /**
   * @param firstSlot the slot of the first sequence, with its prefix if it has one; the others
   *     follow
   * @return the log-probabilities of each one's choices, in their order
   */
  List<double[]> scores(List<ScoredSequence> sequences, int firstSlot) {
    OwnImages images = OwnImages.of(sequences, encoder);
    List<BranchingPrompt> prompts =
        sequences.stream().map(s -> s.branchingPrompt(images.firstRow(s))).toList();
    return meter.scoring(prompts, () -> model.score(firstSlot, prompts, images.tokens()));
  }
}
