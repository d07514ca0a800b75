package org.stfbatch.engine;

import java.util.List;
import org.stfbatch.model.BranchingPrompt;
import org.stfbatch.model.VisionLanguageModel;

/**
 * Scores the choices of sequences: all choices run after their prompts' ends in one call with tree
 * attention, so that neither prompts nor common beginnings of choices are computed twice.
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
   * @param firstSlot slot of the first sequence, which contains its prefix if it has one; the
   *     others follow
   * @return the log-probabilities of each sequence's choices, in their order
   */
  List<double[]> scores(List<ScoredSequence> sequences, int firstSlot) {
    OwnImages images = OwnImages.of(sequences, encoder);
    List<BranchingPrompt> prompts =
        sequences.stream().map(s -> s.branchingPrompt(images.firstRow(s))).toList();
    return meter.scoring(prompts, () -> model.score(firstSlot, prompts, images.tokens()));
  }
}
