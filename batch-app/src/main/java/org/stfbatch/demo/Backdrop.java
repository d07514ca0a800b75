package org.stfbatch.demo;

import java.awt.Color;
import java.util.Locale;

/**
 * Background of a scene.
 *
 * @param first main colour, pale
 * @param second colour of the pattern, also pale
 * @param tile side of the pattern's tiles, in pixels
 */
public record Backdrop(Pattern pattern, Color first, Color second, int tile) {

  /** Fill pattern of a background. */
  public enum Pattern {
    PLAIN,
    SHADED,
    STRIPED,
    CHECKED,
    DOTTED;

    /** Returns the English adjective. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
