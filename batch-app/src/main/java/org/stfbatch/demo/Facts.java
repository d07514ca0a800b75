package org.stfbatch.demo;

import java.util.List;

/** Questions that need no picture. */
final class Facts {
  static final List<Question> ALL =
      List.of(
          new Question(Category.TEXT, "How many sides does a triangle have?", "3"),
          new Question(Category.TEXT, "Which colour comes of mixing blue and yellow?", "green"),
          new Question(Category.TEXT, "How many sides does a square have?", "4"),
          new Question(Category.TEXT, "Which colour comes of mixing red and yellow?", "orange"));

  private Facts() {}
}
