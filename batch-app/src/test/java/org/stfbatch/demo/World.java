package org.stfbatch.demo;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Scenes and questions in memory, without files. */
final class World {
  /** A scene and the questions about it. */
  record Asked(Scene scene, List<Question> questions) {}

  private World() {}

  static List<Asked> asked(Split split, long seed, int scenes, int questionsPerScene) {
    SceneSource source = new SceneSource(split, seed);
    return IntStream.range(0, scenes)
        .mapToObj(
            number -> {
              Scene scene = source.scene(number).scene();
              return new Asked(scene, source.questions(number, scene, questionsPerScene));
            })
        .toList();
  }

  static Stream<Scene> scenes(Split split, long seed, int scenes) {
    SceneSource source = new SceneSource(split, seed);
    return IntStream.range(0, scenes).mapToObj(number -> source.scene(number).scene());
  }
}
