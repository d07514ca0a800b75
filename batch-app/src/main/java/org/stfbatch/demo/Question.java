package org.stfbatch.demo;

/**
 * A question with its right answer.
 *
 * @param text without instructions how to answer
 * @param chance how often a guess among the possible answers is right; 0 where nobody would guess
 */
record Question(Category category, String text, String answer, double chance) {

  Question(Category category, String text, String answer) {
    this(category, text, answer, 0);
  }

  /** The question itself, without options to choose from. */
  String stem() {
    return text.lines().findFirst().orElse("");
  }

  /** The text with the instruction how to answer. */
  String instructed() {
    return category.instruction().isEmpty() ? text : text + "\n" + category.instruction();
  }
}
