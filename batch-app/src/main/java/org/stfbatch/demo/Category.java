package org.stfbatch.demo;

import java.util.Locale;

/** What questions ask for. */
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

  /** How to answer, in LLaVA's words; may be empty. */
  String instruction() {
    return instruction;
  }

  /** Whether every question repeats the instruction, also in the middle of a conversation. */
  boolean alwaysInstructs() {
    return this == CHOICE;
  }
}
