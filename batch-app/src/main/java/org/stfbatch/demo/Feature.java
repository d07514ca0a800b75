package org.stfbatch.demo;

/** Features that distinguish items. */
enum Feature {
  SIZE,
  COLOUR,
  SHAPE,
  PLACE;

  /** Whether a description of {@code one} by this feature also fits {@code other}. */
  boolean fits(Item one, Item other) {
    return switch (this) {
      case SIZE -> one.size() == other.size();
      case COLOUR -> one.colour() == other.colour();
      case SHAPE -> one.shape() == other.shape();
      case PLACE -> one.place().mayMean(other.place());
    };
  }
}
