package org.stfbatch.demo;

import java.util.List;

/** A question that could be asked of a scene. */
record Candidate(Question question, Lot lot) {

  /** A question whose answer is one of the outcomes. */
  static Candidate of(
      Category category, String text, Rationale rationale, String answer, List<String> outcomes) {
    return of(category, text, rationale, answer, new Lot(category.word(), text, answer, outcomes));
  }

  /** A question whose outcomes are not its answers. */
  static Candidate of(Category category, String text, Rationale rationale, String answer, Lot lot) {
    double chance = 1.0 / lot.outcomes().size();
    return new Candidate(new Question(category, text, rationale, answer, chance), lot);
  }

  static Candidate yesOrNo(Category category, String text, Rationale rationale, boolean yes) {
    return of(category, text, rationale, YesNo.of(yes), YesNo.ALL);
  }
}
