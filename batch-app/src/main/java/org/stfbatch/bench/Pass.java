package org.stfbatch.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.model.ModelFlops;

/**
 * One pass over a workload.
 *
 * @param seconds from the first submission to the last answer
 * @param answers in the order of the questions
 * @param images index of each question's image
 * @param done the engine's totals for the pass
 */
record Pass(double seconds, List<Answer> answers, List<Integer> images, EngineStatistics done) {
  long generatedTokens() {
    return answers.stream().mapToLong(Answer::generatedTokens).sum();
  }

  /** Returns the mean number of vision tokens of an image, rounded. */
  int meanVisionTokens() {
    return (int) Math.round(visionTokensOfImages().average().orElse(0));
  }

  /** Returns the positions of all prompts, as if nothing were shared. */
  long promptTokens() {
    return answers.stream()
        .mapToLong(answer -> answer.promptTokens() + answer.visionTokens())
        .sum();
  }

  /**
   * Returns the number of operations that the answers need.
   *
   * @param reuse whether the text before the images and each image count once, instead of once for
   *     each answer
   */
  double operations(ModelFlops flops, boolean reuse) {
    if (!reuse) {
      return answers.stream()
          .mapToDouble(
              answer ->
                  flops.answer(
                      answer.promptTokens(), answer.visionTokens(), answer.generatedTokens()))
          .sum();
    }
    int text = Workload.SYSTEM_TOKENS;
    return flops.sharedText(text)
        + visionTokensOfImages().mapToDouble(image -> flops.prefix(text, image)).sum()
        + answers.stream()
            .mapToDouble(
                answer ->
                    flops.answer(
                        text,
                        answer.promptTokens(),
                        answer.visionTokens(),
                        answer.generatedTokens()))
            .sum();
  }

  /** Returns the vision tokens of each different image. */
  private IntStream visionTokensOfImages() {
    Map<Integer, Integer> tokens = new HashMap<>();
    for (int i = 0; i < answers.size(); i++) {
      tokens.put(images.get(i), answers.get(i).visionTokens());
    }
    return tokens.values().stream().mapToInt(Integer::intValue);
  }

  /**
   * Returns the mean number of positions that a decoding token attends to, over all answers.
   *
   * @param seen maps an image's tokens to the number of attended ones
   */
  double meanContext(IntUnaryOperator seen) {
    double positions = 0;
    double steps = 0;
    for (Answer answer : answers) {
      int decoded = answer.generatedTokens() - 1;
      int prompt = answer.promptTokens() + seen.applyAsInt(answer.visionTokens());
      steps += decoded;
      positions += decoded * (prompt + (decoded + 1) / 2.0);
    }
    return steps == 0 ? 0 : positions / steps;
  }
}
