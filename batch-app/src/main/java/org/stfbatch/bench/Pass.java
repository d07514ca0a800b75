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

  /** Vision tokens of an image, rounded. */
  int meanVisionTokens() {
    return (int) Math.round(visionTokensOfImages().average().orElse(0));
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
          .mapToDouble(
              answer ->
                  flops.answer(
                      answer.promptTokens(), answer.visionTokens(), answer.generatedTokens()))
          .sum();
    }
    int text = Workload.SYSTEM_TOKENS;
    return flops.layers(0, text)
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

  /** Of each different picture. */
  private IntStream visionTokensOfImages() {
    Map<Integer, Integer> tokens = new HashMap<>();
    for (int i = 0; i < answers.size(); i++) {
      tokens.put(images.get(i), answers.get(i).visionTokens());
    }
    return tokens.values().stream().mapToInt(Integer::intValue);
  }

  /**
   * How many positions a step of generation looks back at, on average over all answers.
   *
   * @param seen how many of an image's tokens are among them
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
