package org.stfbatch.demo;

import java.util.Locale;

/** Category of a question. */
enum Category {
  COLOUR(Category.SHORT),
  COUNT(Category.SHORT),
  SHAPE(Category.SHORT),
  POSITION(Category.SHORT),
  PRESENCE(Category.SHORT),
  RELATION(Category.SHORT),
  NEIGHBOUR(Category.SHORT),
  SIZE(Category.SHORT),
  CHOICE("Answer with the option's letter from the given choices directly."),
  CAPTION(""),
  TEXT(Category.SHORT);

  private static final String SHORT = "Answer the question using a single word or phrase.";

  private final String instruction;

  Category(String instruction) {
    this.instruction = instruction;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the instruction on the form of the answer, in LLaVA's words; may be empty. */
  String instruction() {
    return instruction;
  }

  /** Whether every question repeats the instruction, even in the middle of a conversation. */
  boolean alwaysInstructs() {
    return this == CHOICE;
  }
}
