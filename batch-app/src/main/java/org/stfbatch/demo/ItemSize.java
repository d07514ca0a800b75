package org.stfbatch.demo;

import java.util.Locale;

/**
 * How large an item is, relative to the longer side of its picture, because that is what a model
 * sees after the picture was padded to a square. Each size is 1.7 times the one before.
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

  /** Its English name. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
