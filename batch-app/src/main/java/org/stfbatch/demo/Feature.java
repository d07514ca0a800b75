package org.stfbatch.demo;

/** What items can be told from each other by. */
enum Feature {
  SIZE,
  COLOUR,
  SHAPE,
  PLACE;

  /** Whether an item with this feature of the one item may as well be the other. */
  boolean fits(Item one, Item other) {
    return switch (this) {
      case SIZE -> one.size() == other.size();
      case COLOUR -> one.colour() == other.colour();
      case SHAPE -> one.shape() == other.shape();
      case PLACE -> one.place().mayMean(other.place());
    };
  }
}
