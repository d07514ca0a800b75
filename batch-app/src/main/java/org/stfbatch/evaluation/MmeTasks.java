package org.stfbatch.evaluation;

import java.util.List;
import java.util.stream.Stream;

/** The fourteen tasks of MME. */
public final class MmeTasks {
  /** Tasks of perception. */
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

  /** Tasks of cognition. */
  public static final List<String> COGNITION =
      List.of(
          "commonsense_reasoning", "numerical_calculation", "text_translation", "code_reasoning");

  /** Tasks with separate folders for images and questions. */
  public static final List<String> SPLIT =
      List.of("artwork", "celebrity", "landmark", "posters", "scene");

  private MmeTasks() {}

  /** Returns all tasks, in the order of the calculation. */
  public static List<String> all() {
    return Stream.concat(PERCEPTION.stream(), COGNITION.stream()).toList();
  }
}
