package org.stfbatch.demo;

/**
 * Where an item is: one of nine fields with gaps between them, in which no item has its centre, so
 * that no place is a near miss of another.
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

  /** 0 at the top to 2 at the bottom. */
  public int row() {
    return ordinal() / 3;
  }

  /** 0 on the left to 2 on the right. */
  public int column() {
    return ordinal() % 3;
  }

  /**
   * Whether somebody could mean the other place by this one's name: what is at the top right is on
   * the right, too.
   */
  boolean mayMean(Place other) {
    return switch (this) {
      case TOP, BOTTOM -> row() == other.row();
      case LEFT, RIGHT -> column() == other.column();
      default -> this == other;
    };
  }

  /** The field's left edge, as a share of the picture's width. */
  double fromX() {
    return FROM[column()];
  }

  double toX() {
    return TO[column()];
  }

  /** The field's upper edge, as a share of the picture's height. */
  double fromY() {
    return FROM[row()];
  }

  double toY() {
    return TO[row()];
  }

  /** Its English name, such as "top left". */
  public String word() {
    return phrase.substring(phrase.indexOf("the ") + 4);
  }

  /** The name with its preposition, such as "at the top left". */
  String phrase() {
    return phrase;
  }
}
