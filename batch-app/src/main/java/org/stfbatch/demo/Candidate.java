package org.stfbatch.demo;

import java.util.List;

/** Question that could be asked about a scene. */
record Candidate(Question question, BalancedOutcome outcome) {

  /** Returns a question whose answer is one of the outcomes. */
  static Candidate of(
      Category category, String text, Rationale rationale, String answer, List<String> outcomes) {
    return of(
        category,
        text,
        rationale,
        answer,
        new BalancedOutcome(category.word(), text, answer, outcomes));
  }

  /** Returns a question whose outcomes differ from its answers. */
  static Candidate of(
      Category category, String text, Rationale rationale, String answer, BalancedOutcome outcome) {
    double chance = 1.0 / outcome.possible().size();
    return new Candidate(new Question(category, text, rationale, answer, chance), outcome);
  }

  static Candidate yesOrNo(Category category, String text, Rationale rationale, boolean yes) {
    return of(category, text, rationale, YesNo.of(yes), YesNo.ALL);
  }
}
