package org.stfbatch.demo;

import java.awt.Color;

/**
 * What is behind the items.
 *
 * @param first main colour, pale
 * @param second colour of the pattern, pale, too
 */
record Backdrop(Pattern pattern, Color first, Color second) {

  /** Ways to fill a background. */
  enum Pattern {
    PLAIN("plain"),
    SHADED("shaded"),
    STRIPES("striped"),
    CHECKS("checked"),
    DOTS("dotted");

    private final String word;

    Pattern(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }
}
