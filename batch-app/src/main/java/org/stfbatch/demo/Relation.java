package org.stfbatch.demo;

/** Spatial relation of two places. */
enum Relation {
  LEFT_OF("left of"),
  RIGHT_OF("right of"),
  ABOVE("above"),
  BELOW("below");

  private final String phrase;

  Relation(String phrase) {
    this.phrase = phrase;
  }

  boolean holds(Place first, Place second) {
    return switch (this) {
      case LEFT_OF -> first.column() < second.column();
      case RIGHT_OF -> first.column() > second.column();
      case ABOVE -> first.row() < second.row();
      case BELOW -> first.row() > second.row();
    };
  }

  /**
   * Whether the places differ in the relation's direction, so that it clearly holds or clearly does
   * not.
   */
  boolean isClear(Place first, Place second) {
    return holds(first, second) || opposite().holds(first, second);
  }

  /** Returns the name of the place's row or column, whichever decides the relation. */
  String deciding(Place place) {
    return switch (this) {
      case LEFT_OF, RIGHT_OF -> Place.inRowAndColumn(1, place.column()).word();
      case ABOVE, BELOW -> Place.inRowAndColumn(place.row(), 1).word();
    };
  }

  Relation opposite() {
    return switch (this) {
      case LEFT_OF -> RIGHT_OF;
      case RIGHT_OF -> LEFT_OF;
      case ABOVE -> BELOW;
      case BELOW -> ABOVE;
    };
  }

  String phrase() {
    return phrase;
  }
}
