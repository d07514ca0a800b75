package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.List;
import org.stfbatch.model.BranchingPrompt;
import org.stfbatch.model.VisionLanguageModel;

/**
 * Answers sequences that choose: all their choices are run behind their prompts' ends in one call,
 * as trees, so that neither prompts nor common beginnings of choices are run twice.
 */
final class ChoiceStage {
  private final VisionLanguageModel model;
  private final EngineMeter meter;

  ChoiceStage(VisionLanguageModel model, EngineMeter meter) {
    this.model = model;
    this.meter = meter;
  }

  /**
   * @param firstSlot the slot of the first sequence, with its prefix if it has one; the others
   *     follow
   * @return what becomes of them, in their order
   */
  List<Outcome> outcomes(List<ScoredSequence> sequences, int firstSlot) {
    OwnImages images = OwnImages.encode(sequences, model, meter);
    List<BranchingPrompt> prompts =
        sequences.stream().map(s -> s.branchingPrompt(images.rows(s))).toList();
    List<double[]> scores =
        meter.scoring(prompts, () -> model.score(firstSlot, prompts, images.tokens()));
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < sequences.size(); i++) {
      outcomes.add(sequences.get(i).outcome(scores.get(i)));
    }
    return outcomes;
  }
}
