package org.stfbatch.demo;

/**
 * Place of an item: one of nine fields. No item has its centre in the gaps between the fields, so
 * that places are never ambiguous.
 */
public enum Place {
  TOP_LEFT("at the top left"),
  TOP("at the top"),
  TOP_RIGHT("at the top right"),
  LEFT("on the left"),
  MIDDLE("in the middle"),
  RIGHT("on the right"),
  BOTTOM_LEFT("at the bottom left"),
  BOTTOM("at the bottom"),
  BOTTOM_RIGHT("at the bottom right");

  private static final double[] FROM = {0, 0.43, 0.7};
  private static final double[] TO = {0.3, 0.57, 1};

  private final String phrase;

  Place(String phrase) {
    this.phrase = phrase;
  }

  static Place inRowAndColumn(int row, int column) {
    return values()[3 * row + column];
  }

  /** Returns 0 at the top to 2 at the bottom. */
  public int row() {
    return ordinal() / 3;
  }

  /** Returns 0 on the left to 2 on the right. */
  public int column() {
    return ordinal() % 3;
  }

  /**
   * Whether this place's name also applies to the other place: what is at the top right is also on
   * the right.
   */
  boolean mayMean(Place other) {
    return switch (this) {
      case TOP, BOTTOM -> row() == other.row();
      case LEFT, RIGHT -> column() == other.column();
      default -> this == other;
    };
  }

  /** Returns the field's left edge, as a fraction of the picture's width. */
  double fromX() {
    return FROM[column()];
  }

  double toX() {
    return TO[column()];
  }

  /** Returns the field's upper edge, as a fraction of the picture's height. */
  double fromY() {
    return FROM[row()];
  }

  double toY() {
    return TO[row()];
  }

  /** Returns the English name, such as "top left". */
  public String word() {
    return phrase.substring(phrase.indexOf("the ") + 4);
  }

  /** Returns the name with its preposition, such as "at the top left". */
  String phrase() {
    return phrase;
  }
}
