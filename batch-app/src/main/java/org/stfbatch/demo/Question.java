package org.stfbatch.demo;

import java.util.List;

/**
 * A question with its right answer.
 *
 * @param text without instructions how to answer
 * @param rationale what the answer follows from; unsaid where nobody would ask for it
 * @param chance how often a guess among the possible answers is right; 0 where nobody would guess
 */
record Question(Category category, String text, Rationale rationale, String answer, double chance) {
  /** Asks for the rationale before the answer. */
  private static final String DETAIL = "Answer in detail.";

  Question(Category category, String text, String answer) {
    this(category, text, Rationale.unsaid(List.of()), answer, 0);
  }

  /** The question itself, without options to choose from. */
  String stem() {
    return text.lines().findFirst().orElse("");
  }

  /** The rationale and the answer that follows from it. */
  String explained() {
    return rationale.concluding(answer);
  }

  /** The text with the wish for the rationale, where there is one. */
  String inDetail() {
    return rationale.isUnsaid() ? instructed() : text + "\n" + DETAIL;
  }

  /** The text with the instruction how to answer. */
  String instructed() {
    return category.instruction().isEmpty() ? text : text + "\n" + category.instruction();
  }
}
