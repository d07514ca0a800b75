package org.stfbatch.demo;

import java.awt.Color;
import java.util.Locale;

/** Colours of shapes, far enough apart to be told from each other and from any background. */
enum Colour {
  RED(0xd62728),
  GREEN(0x2a9d3a),
  BLUE(0x1f4fd6),
  YELLOW(0xf7d417),
  ORANGE(0xff8c1a),
  PURPLE(0x7b2fa8),
  PINK(0xff69b4),
  BLACK(0x1a1a1a);

  private final int rgb;

  Colour(int rgb) {
    this.rgb = rgb;
  }

  Color paint() {
    return new Color(rgb);
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
