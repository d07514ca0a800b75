package org.stfbatch.demo;

import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.util.Locale;

/** Shapes of similar extent and area, so that an item's size depends on its radius alone. */
public enum Shape {
  CIRCLE(0.93),
  SQUARE(1.14),
  TRIANGLE(1.17),
  STAR(1.1),
  CROSS(1.04),
  HEART(1.07);

  private static final double[] CROSS_OUTLINE = {
    -0.35, -0.97, 0.35, -0.97, 0.35, -0.35, 0.97, -0.35, 0.97, 0.35, 0.35, 0.35, 0.35, 0.97, -0.35,
    0.97, -0.35, 0.35, -0.97, 0.35, -0.97, -0.35, -0.35, -0.35
  };

  private final double reach;

  Shape(double reach) {
    this.reach = reach;
  }

  /** Returns the distance of the outline's farthest point from the centre, at most, in radii. */
  double reach() {
    return reach;
  }

  /**
   * Returns the outline around (x, y).
   *
   * @param tilt clockwise, in radians
   */
  java.awt.Shape outline(double x, double y, double radius, double tilt) {
    AffineTransform place = AffineTransform.getTranslateInstance(x, y);
    place.rotate(tilt);
    place.scale(radius, radius);
    return place.createTransformedShape(unit());
  }

  private java.awt.Shape unit() {
    return switch (this) {
      case CIRCLE -> new Ellipse2D.Double(-0.92, -0.92, 1.84, 1.84);
      case SQUARE -> polygon(-0.8, -0.8, 0.8, -0.8, 0.8, 0.8, -0.8, 0.8);
      case TRIANGLE -> polygon(0, -1, 0.95, 0.68, -0.95, 0.68);
      case CROSS -> polygon(CROSS_OUTLINE);
      case STAR -> star();
      case HEART -> heart();
    };
  }

  private static java.awt.Shape star() {
    double[] points = new double[20];
    for (int i = 0; i < 10; i++) {
      double radius = i % 2 == 0 ? 1.09 : 0.46;
      double angle = Math.PI * (i / 5.0 - 0.5);
      points[2 * i] = radius * Math.cos(angle);
      points[2 * i + 1] = radius * Math.sin(angle);
    }
    return polygon(points);
  }

  private static java.awt.Shape heart() {
    Path2D path = new Path2D.Double();
    path.moveTo(0, -0.5);
    path.curveTo(-0.2, -1.05, -1.05, -1.0, -0.98, -0.3);
    path.curveTo(-0.92, 0.25, -0.25, 0.55, 0, 0.97);
    path.curveTo(0.25, 0.55, 0.92, 0.25, 0.98, -0.3);
    path.curveTo(1.05, -1.0, 0.2, -1.05, 0, -0.5);
    path.closePath();
    return path;
  }

  private static Path2D polygon(double... points) {
    Path2D path = new Path2D.Double();
    path.moveTo(points[0], points[1]);
    for (int i = 2; i < points.length; i += 2) {
      path.lineTo(points[i], points[i + 1]);
    }
    path.closePath();
    return path;
  }

  /** Returns the English name. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String plural() {
    return this == CROSS ? "crosses" : word() + "s";
  }
}
