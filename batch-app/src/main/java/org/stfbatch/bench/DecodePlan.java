package org.stfbatch.bench;

import java.util.List;
import org.stfbatch.model.ModelSettings;

/**
 * Steps that are to be measured.
 *
 * @param model its shape
 * @param sides settings of the model that are measured in turns
 * @param batches how many sequences are generated together
 * @param questionsPerImage so many sequences have a prefix in common
 * @param repeat rounds
 */
public record DecodePlan(
    BenchModel model,
    List<ModelSettings> sides,
    List<Integer> batches,
    int questionsPerImage,
    int repeat) {
  public DecodePlan {
    if (questionsPerImage < 1) {
      throw new IllegalArgumentException(
          "questions per image must be at least 1, not " + questionsPerImage);
    }
  }

  int mostSequences() {
    return batches.stream().mapToInt(Integer::intValue).max().orElseThrow();
  }

  /** How many different prefixes so many sequences have. */
  int prefixes(int sequences) {
    return (sequences + questionsPerImage - 1) / questionsPerImage;
  }
}
