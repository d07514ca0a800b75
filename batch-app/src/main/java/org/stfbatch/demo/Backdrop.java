package org.stfbatch.demo;

import java.awt.Color;
import java.util.Locale;

/**
 * What is behind the items.
 *
 * @param first main colour, pale
 * @param second colour of the pattern, pale, too
 * @param tile side of the pattern's tiles, in pixels
 */
public record Backdrop(Pattern pattern, Color first, Color second, int tile) {

  /** Ways to fill a background. */
  public enum Pattern {
    PLAIN,
    SHADED,
    STRIPED,
    CHECKED,
    DOTTED;

    /** The English adjective. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
