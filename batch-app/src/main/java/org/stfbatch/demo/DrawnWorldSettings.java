package org.stfbatch.demo;

/**
 * What a drawn world is made of.
 *
 * @param split whether to train on it or to test with it
 * @param images number of good pictures
 * @param questionsPerImage questions about each picture at most, besides its caption
 * @param seed the same seed draws the same world
 * @param broken whether to add jobs that must fail; not for training
 * @param detail whether to ask for answers in detail, which say first what they follow from;
 *     training files have both forms
 * @param black whether to leave all pictures black, to see what can be answered without seeing
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

  /** 64 held-out pictures with up to four questions and a caption each, nothing broken. */
  public static DrawnWorldSettings defaults() {
    return new DrawnWorldSettings(Split.HELD_OUT, 64, 4, 1, false, false, false);
  }

  /** 64 pictures to train on with up to eight questions and a caption each. */
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
