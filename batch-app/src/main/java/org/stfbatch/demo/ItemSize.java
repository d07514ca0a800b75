package org.stfbatch.demo;

import java.util.Locale;

/**
 * Size of an item relative to the longer side of its picture, which is the scale at which a model
 * sees it after the picture was padded to a square. Each size is 1.7 times the previous one.
 */
public enum ItemSize {
  SMALL(0.0585),
  MEDIUM(0.1),
  LARGE(0.17);

  private final double share;

  ItemSize(double share) {
    this.share = share;
  }

  double radius(int width, int height) {
    return share * Math.max(width, height);
  }

  /** Returns the English name. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
