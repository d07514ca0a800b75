package org.stfbatch.demo;

/** What items can be told from each other by. */
enum Feature {
  SIZE,
  COLOUR,
  SHAPE,
  PLACE;

  Object of(Item item) {
    return switch (this) {
      case SIZE -> item.size();
      case COLOUR -> item.colour();
      case SHAPE -> item.shape();
      case PLACE -> item.place();
    };
  }
}
