package org.stfbatch.demo;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Numbered scenes of one seed and one side of the split, and the questions about them. A scene
 * depends only on the seed, the side and its number; the questions also depend on those asked
 * before, so request them in the order of the numbers. Not thread safe.
 */
final class SceneSource {
  /**
   * Differs from the increment of the generator, which would make the sequences of different seeds
   * overlap.
   */
  private static final long SPREAD = 0xd1342543de82ef95L;

  private final Split split;
  private final long seed;
  private final QuestionAuthor author = new QuestionAuthor();

  SceneSource(Split split, long seed) {
    this.split = split;
    this.seed = seed;
  }

  PicturedScene scene(int number) {
    PictureFormat format = PictureFormat.of(number, split);
    String folder = number % 16 == 9 ? "more pictures/" : "";
    String image = folder + String.format(Locale.ROOT, "scene-%06d.%s", number, format.extension());
    return new PicturedScene(image, new SceneComposer(random(number)).compose(split));
  }

  List<Question> questions(int number, Scene scene, int count) {
    return author.ask(new Inquiry(scene, split, random(number).split()), count);
  }

  static List<Question> captions(Scene scene) {
    return Arrays.stream(CaptionStyle.values()).map(style -> style.question(scene)).toList();
  }

  private SplittableRandom random(int number) {
    return new SplittableRandom((2 * seed + split.ordinal()) * SPREAD + number);
  }
}
