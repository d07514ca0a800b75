package org.stfbatch.bench;

import java.util.List;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.EngineStatistics;

/**
 * A workload run through once.
 *
 * @param seconds from the first submission to the last answer
 * @param answers in the order of the questions
 * @param images which picture each was about
 * @param done what the engine did for them
 */
record Pass(double seconds, List<Answer> answers, List<Integer> images, EngineStatistics done) {
  long generatedTokens() {
    return answers.stream().mapToLong(Answer::generatedTokens).sum();
  }

  /** Positions of all prompts, as if nothing were shared. */
  long promptTokens() {
    return answers.stream()
        .mapToLong(answer -> answer.promptTokens() + answer.visionTokens())
        .sum();
  }

  /**
   * The operations that the answers need.
   *
   * @param reuse whether the text before the images is needed once, and each image once, instead of
   *     once for each answer
   */
  double operations(ModelFlops flops, boolean reuse) {
    if (!reuse) {
      return answers.stream()
          .mapToDouble(answer -> flops.answer(prompt(answer), answer.generatedTokens()))
          .sum();
    }
    int text = Workload.SYSTEM_TOKENS;
    double shared = flops.layers(0, text) + images.stream().distinct().count() * flops.prefix(text);
    return shared
        + answers.stream()
            .mapToDouble(
                answer ->
                    flops.answer(
                        text + answer.visionTokens(), prompt(answer), answer.generatedTokens()))
            .sum();
  }

  private static int prompt(Answer answer) {
    return answer.promptTokens() + answer.visionTokens();
  }

  /** How many positions a step of generation looks back at, on average over all answers. */
  double meanContext() {
    double positions = 0;
    double steps = 0;
    for (Answer answer : answers) {
      int decoded = answer.generatedTokens() - 1;
      steps += decoded;
      positions += decoded * (prompt(answer) + (decoded + 1) / 2.0);
    }
    return steps == 0 ? 0 : positions / steps;
  }
}
