package org.stfbatch.evaluation;

import java.util.List;

/**
 * File or folder of a data set.
 *
 * @param places possible paths in the benchmark's folder, the usual one first
 * @param origin where to get it
 */
public record DataFile(List<String> places, String origin) {
  /** Origin of most of LLaVA's own question files. */
  static final String EVAL_ZIP = "LLaVA's eval.zip (see docs/Evaluation.md of haotian-liu/LLaVA)";

  public DataFile {
    places = List.copyOf(places);
    if (places.isEmpty()) {
      throw new IllegalArgumentException("a data file needs a path");
    }
  }

  static DataFile from(String origin, String... places) {
    return new DataFile(List.of(places), origin);
  }

  /** Returns a file of LLaVA's archive of evaluation files. */
  static DataFile fromEvalZip(String place) {
    return from(EVAL_ZIP, place);
  }
}
