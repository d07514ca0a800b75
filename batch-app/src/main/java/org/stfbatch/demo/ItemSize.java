package org.stfbatch.demo;

import java.util.Locale;

/** How large an item is, relative to the shorter side of its picture. */
enum ItemSize {
  SMALL(0.075),
  MEDIUM(0.125),
  LARGE(0.2);

  private final double share;

  ItemSize(double share) {
    this.share = share;
  }

  double radius(int width, int height) {
    return share * Math.min(width, height);
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
