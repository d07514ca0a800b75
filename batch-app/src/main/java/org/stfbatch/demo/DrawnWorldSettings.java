package org.stfbatch.demo;

/**
 * What a drawn world is made of.
 *
 * @param images number of good pictures
 * @param questionsPerImage questions about each picture at most, besides its caption
 * @param seed the same seed draws the same world
 * @param broken whether to add jobs that must fail
 */
public record DrawnWorldSettings(int images, int questionsPerImage, long seed, boolean broken) {
  public DrawnWorldSettings {
    if (images < 1 || images > 1_000_000) {
      throw new IllegalArgumentException("images must be in 1..1000000: " + images);
    }
    if (questionsPerImage < 0) {
      throw new IllegalArgumentException(
          "questionsPerImage must not be negative: " + questionsPerImage);
    }
  }

  /** 64 pictures with up to four questions and a caption each, nothing broken. */
  public static DrawnWorldSettings defaults() {
    return new DrawnWorldSettings(64, 4, 1, false);
  }

  public DrawnWorldSettings withImages(int newImages) {
    return new DrawnWorldSettings(newImages, questionsPerImage, seed, broken);
  }

  public DrawnWorldSettings withQuestionsPerImage(int newQuestionsPerImage) {
    return new DrawnWorldSettings(images, newQuestionsPerImage, seed, broken);
  }

  public DrawnWorldSettings withSeed(long newSeed) {
    return new DrawnWorldSettings(images, questionsPerImage, newSeed, broken);
  }

  public DrawnWorldSettings withBroken(boolean newBroken) {
    return new DrawnWorldSettings(images, questionsPerImage, seed, newBroken);
  }
}
