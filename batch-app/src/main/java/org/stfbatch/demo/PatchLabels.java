package org.stfbatch.demo;

import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Labels of the patches of a picture after it was padded to a square and resized, as by LLaVA's
 * {@code image_aspect_ratio: pad}. Immutable; a function of the scene alone.
 */
public final class PatchLabels {
  /** Label of a patch in the bars that padding added. */
  public static final int PADDING = -2;

  /** Label of a patch that shows no item, or too small a part of one. */
  public static final int BACKGROUND = -1;

  /** Sample points along each side of a patch. */
  private static final int SAMPLES = 7;

  /** An item is visible in a patch if it covers at least this fraction of it. */
  private static final double SHOWN = 0.25;

  private final Scene scene;
  private final int grid;
  private final int[] labels;
  private final float[] coverage;

  private PatchLabels(Scene scene, int grid) {
    this.scene = scene;
    this.grid = grid;
    this.labels = new int[grid * grid];
    this.coverage = new float[grid * grid];
  }

  /**
   * Labels the patches of a picture.
   *
   * @param imageSize side of the padded and resized square, in pixels
   * @param patchSize side of a patch, in pixels; a remainder on the right and at the bottom is
   *     ignored, as by a vision tower
   */
  public static PatchLabels of(Scene scene, int imageSize, int patchSize) {
    if (patchSize < 1 || imageSize < patchSize) {
      throw new IllegalArgumentException(
          "patches of %d do not fit into %d pixels".formatted(patchSize, imageSize));
    }
    PatchLabels labels = new PatchLabels(scene, imageSize / patchSize);
    labels.labelPatches(new Geometry(scene, imageSize, patchSize));
    return labels;
  }

  /** Returns the number of patches along each side. */
  public int grid() {
    return grid;
  }

  /**
   * Returns {@link #PADDING}, {@link #BACKGROUND} or the index of the item that covers most of the
   * patch.
   *
   * @param row from 0 at the top
   * @param column from 0 on the left
   */
  public int label(int row, int column) {
    return labels[row * grid + column];
  }

  /** Returns the item that covers most of the patch, if any is visible. */
  public Optional<Item> item(int row, int column) {
    int label = label(row, column);
    return label < 0 ? Optional.empty() : Optional.of(scene.items().get(label));
  }

  /** Returns the fraction of the patch that the item covers, 0 to 1; 0 without an item. */
  public float coverage(int row, int column) {
    return coverage[row * grid + column];
  }

  /** Returns all labels, row by row from the top left. */
  public int[] toArray() {
    return labels.clone();
  }

  /** Maps points of the padded and resized square to the picture. */
  private record Geometry(double scale, double left, double top, int patchSize, Scene scene) {
    Geometry(Scene scene, int imageSize, int patchSize) {
      this(
          (double) Math.max(scene.width(), scene.height()) / imageSize,
          (Math.max(scene.width(), scene.height()) - scene.width()) / 2,
          (Math.max(scene.width(), scene.height()) - scene.height()) / 2,
          patchSize,
          scene);
    }

    double x(int column, int sample) {
      return (column + (sample + 0.5) / SAMPLES) * patchSize * scale - left;
    }

    double y(int row, int sample) {
      return (row + (sample + 0.5) / SAMPLES) * patchSize * scale - top;
    }

    boolean isInPicture(double x, double y) {
      return x >= 0 && y >= 0 && x < scene.width() && y < scene.height();
    }
  }

  /** Outline of an item with its bounding box, which is much faster to test. */
  private record Outline(java.awt.Shape shape, Rectangle2D box) {
    static Outline of(Item item) {
      return new Outline(item.outline(), item.box());
    }

    boolean contains(double x, double y) {
      return box.contains(x, y) && shape.contains(x, y);
    }
  }

  private void labelPatches(Geometry geometry) {
    List<Outline> outlines = scene.items().stream().map(Outline::of).toList();
    for (int row = 0; row < grid; row++) {
      for (int column = 0; column < grid; column++) {
        labelPatch(row, column, geometry, outlines);
      }
    }
  }

  private void labelPatch(int row, int column, Geometry geometry, List<Outline> outlines) {
    int[] hits = new int[outlines.size()];
    int inPicture = 0;
    for (int i = 0; i < SAMPLES * SAMPLES; i++) {
      double x = geometry.x(column, i % SAMPLES);
      double y = geometry.y(row, i / SAMPLES);
      inPicture += geometry.isInPicture(x, y) ? 1 : 0;
      for (int item = 0; item < hits.length; item++) {
        hits[item] += outlines.get(item).contains(x, y) ? 1 : 0;
      }
    }
    int most = Arrays.stream(hits).max().orElse(0);
    int at = row * grid + column;
    if (most >= SHOWN * SAMPLES * SAMPLES) {
      labels[at] = indexOf(most, hits);
      coverage[at] = (float) most / (SAMPLES * SAMPLES);
    } else {
      labels[at] = 2 * inPicture > SAMPLES * SAMPLES ? BACKGROUND : PADDING;
    }
  }

  private static int indexOf(int value, int[] values) {
    int index = 0;
    while (values[index] != value) {
      index++;
    }
    return index;
  }
}
