package org.stfbatch.bench;

import java.util.List;
import org.stfbatch.model.ModelSettings;

/**
 * Plan of a decode-only measurement.
 *
 * @param model its shape
 * @param sides model settings that are measured in turns
 * @param batches numbers of concurrent sequences
 * @param questionsPerImage number of sequences that share a prefix
 * @param repeat number of rounds
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

  /** Returns the number of different prefixes of this many sequences. */
  int prefixes(int sequences) {
    return (sequences + questionsPerImage - 1) / questionsPerImage;
  }
}
