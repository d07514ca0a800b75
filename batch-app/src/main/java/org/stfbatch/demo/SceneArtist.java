package org.stfbatch.demo;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;

/** Renderer of scenes. */
final class SceneArtist {
  private SceneArtist() {}

  static BufferedImage draw(Scene scene) {
    BufferedImage image = black(scene);
    Graphics2D pen = image.createGraphics();
    try {
      pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      pen.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      drawBackdrop(pen, scene);
      scene.items().forEach(item -> drawItem(pen, item));
    } finally {
      pen.dispose();
    }
    return image;
  }

  /** Returns a black picture of the scene's size. */
  static BufferedImage black(Scene scene) {
    return new BufferedImage(scene.width(), scene.height(), BufferedImage.TYPE_3BYTE_BGR);
  }

  private static void drawBackdrop(Graphics2D pen, Scene scene) {
    Backdrop backdrop = scene.backdrop();
    pen.setColor(backdrop.first());
    if (backdrop.pattern() == Backdrop.Pattern.SHADED) {
      pen.setPaint(
          new GradientPaint(
              0, 0, backdrop.first(), scene.width(), scene.height(), backdrop.second()));
    }
    pen.fillRect(0, 0, scene.width(), scene.height());
    pen.setColor(backdrop.second());
    for (int y = 0; y * backdrop.tile() < scene.height(); y++) {
      for (int x = 0; x * backdrop.tile() < scene.width(); x++) {
        drawTile(pen, backdrop.pattern(), x, y, backdrop.tile());
      }
    }
  }

  private static void drawTile(Graphics2D pen, Backdrop.Pattern pattern, int x, int y, int tile) {
    switch (pattern) {
      case STRIPED -> pen.fillRect(x * tile, y * tile, tile, tile / 2);
      case CHECKED -> {
        if ((x + y) % 2 == 0) {
          pen.fillRect(x * tile, y * tile, tile, tile);
        }
      }
      case DOTTED ->
          pen.fill(
              new Ellipse2D.Double((x + 0.35) * tile, (y + 0.35) * tile, tile * 0.3, tile * 0.3));
      case PLAIN, SHADED -> {}
    }
  }

  private static void drawItem(Graphics2D pen, Item item) {
    java.awt.Shape outline = item.outline();
    pen.setColor(item.colour().paint());
    pen.fill(outline);
    pen.setColor(new Color(0x303030));
    pen.setStroke(new BasicStroke(Math.max(1f, (float) item.radius() / 22)));
    pen.draw(outline);
  }
}
