package org.stfbatch.engine;

import java.util.Optional;
import org.stfbatch.model.BranchingPrompt;
import org.stfbatch.model.Continuations;
import org.stfbatch.model.ImagePruning;
import org.stfbatch.prompt.PromptLimit;

/** A sequence whose answer is chosen by likelihood, in the call that runs its prompt. */
final class ScoredSequence extends Sequence {
  private final AnswerChoices choices;
  private final Continuations continuations;

  ScoredSequence(
      EngineJob job,
      AnswerChoices choices,
      PromptLimit limit,
      PrefixUse use,
      Optional<ImagePruning> pruning) {
    super(job, limit, use, pruning);
    this.choices = choices;
    this.continuations = choices.continuations();
  }

  @Override
  int enteringTokens() {
    return super.enteringTokens() + continuations.treeTokens();
  }

  @Override
  int room() {
    return promptLength() + continuations.treeTokens();
  }

  /**
   * Returns the part of the prompt after the shared prefix, with the choices.
   *
   * @param firstRow first row of its images' vision tokens, if this part contains images
   */
  BranchingPrompt branchingPrompt(int firstRow) {
    return new BranchingPrompt(ownSpan(firstRow), continuations);
  }

  /**
   * @param logProbabilities one per choice, finite
   */
  Answer answer(double[] logProbabilities) {
    AnswerChoice chosen = choices.likeliest(logProbabilities);
    return new Answer(
        chosen.text(),
        chosen.tokenIds(),
        FinishReason.CHOICE,
        promptTextTokens(),
        promptVisionTokens(),
        timings(System.nanoTime()),
        choices.byText(logProbabilities));
  }
}
