package org.stfbatch.demo;

import java.util.List;

/**
 * Question with its correct answer.
 *
 * @param text without instructions on the form of the answer
 * @param rationale of the answer; unsaid for questions that nobody would ask to explain
 * @param chance probability that a guess among the possible answers is correct; 0 if guessing is
 *     pointless
 */
record Question(Category category, String text, Rationale rationale, String answer, double chance) {
  /** Asks for the rationale before the answer. */
  private static final String DETAIL = "Answer in detail.";

  Question(Category category, String text, String answer) {
    this(category, text, Rationale.unsaid(List.of()), answer, 0);
  }

  /** Returns the question without its options. */
  String stem() {
    return text.lines().findFirst().orElse("");
  }

  /** Returns the rationale, then the answer. */
  String explained() {
    return rationale.concluding(answer);
  }

  /** Returns the text with the request for the rationale, if there is a rationale. */
  String inDetail() {
    return rationale.isUnsaid() ? instructed() : text + "\n" + DETAIL;
  }

  /** Returns the text with the instruction on the form of the answer. */
  String instructed() {
    return category.instruction().isEmpty() ? text : text + "\n" + category.instruction();
  }
}
