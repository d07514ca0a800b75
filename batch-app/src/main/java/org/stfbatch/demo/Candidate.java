package org.stfbatch.demo;

import java.util.List;
import java.util.stream.Collectors;

/** A question that could be asked of a scene. */
record Candidate(Question question, Lot lot) {
  private static final String NOTHING = "nothing";

  /**
   * A question whose answer is one of the outcomes.
   *
   * @param seen what the answer can be read from
   */
  static Candidate of(
      Category category, String text, List<Item> seen, String answer, List<String> outcomes) {
    return of(category, text, seen, answer, new Lot(category.word(), text, answer, outcomes));
  }

  /** A question whose outcomes are not its answers. */
  static Candidate of(Category category, String text, List<Item> seen, String answer, Lot lot) {
    String rationale =
        seen.isEmpty()
            ? NOTHING
            : seen.stream().map(Item::wordsAndPlace).collect(Collectors.joining(", "));
    double chance = 1.0 / lot.outcomes().size();
    return new Candidate(new Question(category, text, rationale, answer, chance), lot);
  }

  static Candidate yesOrNo(Category category, String text, List<Item> seen, boolean yes) {
    return of(category, text, seen, yes ? "yes" : "no", List.of("yes", "no"));
  }
}
