package org.stfbatch.demo;

import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.util.Locale;

/** Shapes, each drawn within a circle of the item's radius. */
enum Shape {
  CIRCLE,
  SQUARE,
  TRIANGLE,
  STAR,
  DIAMOND,
  CROSS;

  private static final double[] CROSS_OUTLINE = {
    -0.33, -0.95, 0.33, -0.95, 0.33, -0.33, 0.95, -0.33, 0.95, 0.33, 0.33, 0.33, 0.33, 0.95, -0.33,
    0.95, -0.33, 0.33, -0.95, 0.33, -0.95, -0.33, -0.33, -0.33
  };

  /** The outline around (x, y). */
  java.awt.Shape outline(double x, double y, double radius) {
    AffineTransform place = AffineTransform.getTranslateInstance(x, y);
    place.scale(radius, radius);
    return place.createTransformedShape(unit());
  }

  private java.awt.Shape unit() {
    return switch (this) {
      case CIRCLE -> new Ellipse2D.Double(-1, -1, 2, 2);
      case SQUARE -> polygon(-0.82, -0.82, 0.82, -0.82, 0.82, 0.82, -0.82, 0.82);
      case TRIANGLE -> polygon(0, -1, 0.95, 0.75, -0.95, 0.75);
      case DIAMOND -> polygon(0, -1, 0.68, 0, 0, 1, -0.68, 0);
      case CROSS -> polygon(CROSS_OUTLINE);
      case STAR -> star();
    };
  }

  private static java.awt.Shape star() {
    double[] points = new double[20];
    for (int i = 0; i < 10; i++) {
      double radius = i % 2 == 0 ? 1 : 0.42;
      double angle = Math.PI * (i / 5.0 - 0.5);
      points[2 * i] = radius * Math.cos(angle);
      points[2 * i + 1] = radius * Math.sin(angle);
    }
    return polygon(points);
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

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String plural() {
    return this == CROSS ? "crosses" : word() + "s";
  }
}
