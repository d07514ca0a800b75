package org.stfbatch.evaluation;

import java.util.List;
import java.util.stream.Stream;

/** The fourteen tasks of MME. */
public final class MmeTasks {
  /** What is seen. */
  public static final List<String> PERCEPTION =
      List.of(
          "existence",
          "count",
          "position",
          "color",
          "posters",
          "celebrity",
          "scene",
          "landmark",
          "artwork",
          "OCR");

  /** What is concluded from it. */
  public static final List<String> COGNITION =
      List.of(
          "commonsense_reasoning", "numerical_calculation", "text_translation", "code_reasoning");

  /** The tasks whose images and questions are in folders of their own. */
  public static final List<String> SPLIT =
      List.of("artwork", "celebrity", "landmark", "posters", "scene");

  private MmeTasks() {}

  /** All of them, in the order of the calculation. */
  public static List<String> all() {
    return Stream.concat(PERCEPTION.stream(), COGNITION.stream()).toList();
  }
}
