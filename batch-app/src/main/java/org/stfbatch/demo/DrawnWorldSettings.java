package org.stfbatch.demo;

/**
 * Settings of a drawn world.
 *
 * @param split whether the world is for training or for testing
 * @param images number of valid pictures
 * @param questionsPerImage maximum number of questions about each picture, without its caption
 * @param seed the same seed gives the same world
 * @param broken whether to add jobs that must fail; only for testing
 * @param detail whether to ask for detailed answers, which give the rationale first; training files
 *     have both forms
 * @param black whether to make all pictures black, to measure what can be answered without them
 */
public record DrawnWorldSettings(
    Split split,
    int images,
    int questionsPerImage,
    long seed,
    boolean broken,
    boolean detail,
    boolean black) {
  public DrawnWorldSettings {
    if (images < 1 || images > 1_000_000) {
      throw new IllegalArgumentException("images must be in 1..1000000: " + images);
    }
    if (questionsPerImage < 0) {
      throw new IllegalArgumentException(
          "questionsPerImage must not be negative: " + questionsPerImage);
    }
    if (broken && split == Split.TRAIN) {
      throw new IllegalArgumentException(
          "broken jobs are for the held-out split, not for training");
    }
  }

  /** Returns 64 held-out pictures with up to four questions and a caption each, none broken. */
  public static DrawnWorldSettings defaults() {
    return new DrawnWorldSettings(Split.HELD_OUT, 64, 4, 1, false, false, false);
  }

  /** Returns 64 training pictures with up to eight questions and a caption each. */
  public static DrawnWorldSettings training() {
    return new DrawnWorldSettings(Split.TRAIN, 64, 8, 1, false, false, false);
  }

  public DrawnWorldSettings withImages(int newImages) {
    return new DrawnWorldSettings(split, newImages, questionsPerImage, seed, broken, detail, black);
  }

  public DrawnWorldSettings withQuestionsPerImage(int newQuestionsPerImage) {
    return new DrawnWorldSettings(split, images, newQuestionsPerImage, seed, broken, detail, black);
  }

  public DrawnWorldSettings withSeed(long newSeed) {
    return new DrawnWorldSettings(split, images, questionsPerImage, newSeed, broken, detail, black);
  }

  public DrawnWorldSettings withBroken(boolean newBroken) {
    return new DrawnWorldSettings(split, images, questionsPerImage, seed, newBroken, detail, black);
  }

  public DrawnWorldSettings withDetail(boolean newDetail) {
    return new DrawnWorldSettings(split, images, questionsPerImage, seed, broken, newDetail, black);
  }

  public DrawnWorldSettings withBlack(boolean newBlack) {
    return new DrawnWorldSettings(split, images, questionsPerImage, seed, broken, detail, newBlack);
  }
}
