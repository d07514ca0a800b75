package org.stfbatch.demo;

import java.util.List;

/** A question that could be asked of a scene. */
record Candidate(Question question, Lot lot) {

  /** A question whose answer is one of the outcomes. */
  static Candidate of(Category category, String text, String answer, List<String> outcomes) {
    return of(category, text, answer, new Lot(category.word(), text, answer, outcomes));
  }

  /** A question whose outcomes are not its answers. */
  static Candidate of(Category category, String text, String answer, Lot lot) {
    return new Candidate(new Question(category, text, answer, 1.0 / lot.outcomes().size()), lot);
  }

  static Candidate yesOrNo(Category category, String text, boolean yes) {
    return of(category, text, yes ? "yes" : "no", List.of("yes", "no"));
  }
}
