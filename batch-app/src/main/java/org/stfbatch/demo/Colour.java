package org.stfbatch.demo;

import java.awt.Color;
import java.util.Locale;

/** Colours of shapes, easy to distinguish from each other and from any background. */
public enum Colour {
  RED(0xd92020),
  ORANGE(0xff8a12),
  YELLOW(0xf7d917),
  GREEN(0x239a3b),
  BLUE(0x1f4fd6),
  PURPLE(0x7a2da8),
  PINK(0xff6fbf),
  BLACK(0x161616);

  private final int rgb;

  Colour(int rgb) {
    this.rgb = rgb;
  }

  Color paint() {
    return new Color(rgb);
  }

  /** Returns the English name. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
