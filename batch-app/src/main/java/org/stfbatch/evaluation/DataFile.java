package org.stfbatch.evaluation;

import java.util.List;

/**
 * A file or folder of a data set.
 *
 * @param places where it may be in the benchmark's folder, the usual place first
 * @param origin where people get it
 */
public record DataFile(List<String> places, String origin) {
  /** Where most of LLaVA's own question files come from. */
  static final String EVAL_ZIP = "LLaVA's eval.zip (see docs/Evaluation.md of haotian-liu/LLaVA)";

  public DataFile {
    places = List.copyOf(places);
    if (places.isEmpty()) {
      throw new IllegalArgumentException("a data file needs a place");
    }
  }

  static DataFile from(String origin, String... places) {
    return new DataFile(List.of(places), origin);
  }

  /** A file of LLaVA's archive of evaluation files. */
  static DataFile fromEvalZip(String place) {
    return from(EVAL_ZIP, place);
  }
}
