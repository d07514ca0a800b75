package org.stfbatch.engine;

import java.util.List;
import java.util.stream.DoubleStream;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.BranchingPrompt;
import org.stfbatch.model.Continuations;

/** A job whose answer is chosen by likelihood, in the call that runs its prompt. */
final class ScoredSequence extends Sequence {
  private final AnswerChoices choices;
  private final Continuations continuations;

  ScoredSequence(
      AnswerChoices choices,
      List<Pixels> images,
      PromptLayout layout,
      int tokensPerImage,
      boolean reuse) {
    super(images, layout, tokensPerImage, reuse);
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
   * The prompt's own part with the choices.
   *
   * @param rowOfImage at which row the vision tokens of each of {@link #ownImages} begin
   */
  BranchingPrompt branchingPrompt(int[] rowOfImage) {
    return new BranchingPrompt(ownSpan(rowOfImage), continuations);
  }

  /**
   * @param logProbabilities of each choice
   */
  Outcome outcome(double[] logProbabilities) {
    if (DoubleStream.of(logProbabilities).anyMatch(Double::isNaN)) {
      return new Failure(
          Stage.ENGINE,
          "ENGINE_ERROR",
          "the model's numbers are too large for its dtype: use --dtype float32",
          attempts());
    }
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
