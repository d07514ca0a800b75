package org.stfbatch.demo;

/**
 * One shape in a picture.
 *
 * @param x of the centre, in pixels from the left
 * @param y of the centre, in pixels from the top
 * @param radius in pixels
 */
record Item(Shape shape, Colour colour, ItemSize size, double x, double y, double radius) {

  boolean isKeptApartFrom(Item other) {
    return Math.hypot(x - other.x, y - other.y) > 1.05 * (radius + other.radius) + 2;
  }
}
