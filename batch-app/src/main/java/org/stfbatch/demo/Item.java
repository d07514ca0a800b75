package org.stfbatch.demo;

import java.awt.geom.Rectangle2D;

/**
 * Shape in a picture.
 *
 * @param x of the centre, in pixels from the left
 * @param y of the centre, in pixels from the top
 * @param radius in pixels
 * @param tilt clockwise, in radians
 */
public record Item(
    Shape shape,
    Colour colour,
    ItemSize size,
    Place place,
    double x,
    double y,
    double radius,
    double tilt) {

  private static final double GAP = 4;

  java.awt.Shape outline() {
    return shape.outline(x, y, radius, tilt);
  }

  /** Returns the smallest upright rectangle around the outline, in pixels. */
  public Rectangle2D box() {
    return outline().getBounds2D();
  }

  boolean isKeptApartFrom(Item other) {
    double reach = shape.reach() * radius + other.shape.reach() * other.radius;
    return Math.hypot(x - other.x, y - other.y) > reach + GAP;
  }

  boolean isWithin(int width, int height) {
    Rectangle2D box = box();
    return box.getMinX() >= GAP
        && box.getMinY() >= GAP
        && box.getMaxX() <= width - GAP
        && box.getMaxY() <= height - GAP;
  }

  /** Returns a full description without the place, such as "large red circle". */
  String words() {
    return size.word() + " " + colour.word() + " " + shape.word();
  }

  /** Returns a full description, such as "large red circle at the top left". */
  String wordsAndPlace() {
    return words() + " " + place.phrase();
  }
}
