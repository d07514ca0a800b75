package org.stfbatch.demo;

import java.util.List;

/** Everything that is in one picture; the items do not touch each other or the edges. */
record Scene(int width, int height, Backdrop backdrop, List<Item> items) {
  Scene {
    items = List.copyOf(items);
  }

  long count(Shape shape) {
    return items.stream().filter(item -> item.shape() == shape).count();
  }

  boolean has(Shape shape, Colour colour) {
    return items.stream().anyMatch(item -> item.shape() == shape && item.colour() == colour);
  }
}
