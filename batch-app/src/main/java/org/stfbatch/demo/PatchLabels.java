package org.stfbatch.demo;

import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What each patch of a picture shows once it was padded to a square and resized, as LLaVA's {@code
 * image_aspect_ratio: pad} does. Immutable, a function of the scene alone.
 */
public final class PatchLabels {
  /** A patch of the bars that were added to make the picture square. */
  public static final int PADDING = -2;

  /** A patch that shows no item, or so little of one that nothing can be said of it. */
  public static final int BACKGROUND = -1;

  /** Points that are looked at along each side of a patch. */
  private static final int SAMPLES = 7;

  /** An item shows in a patch if it fills at least this share of it. */
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
   * @param imageSize side of the square the picture becomes, in pixels
   * @param patchSize side of a patch, in pixels; what is left over on the right and below is
   *     ignored, as a vision tower does
   */
  public static PatchLabels of(Scene scene, int imageSize, int patchSize) {
    if (patchSize < 1 || imageSize < patchSize) {
      throw new IllegalArgumentException(
          "patches of %d do not fit into %d pixels".formatted(patchSize, imageSize));
    }
    PatchLabels labels = new PatchLabels(scene, imageSize / patchSize);
    labels.look(new Geometry(scene, imageSize, patchSize));
    return labels;
  }

  /** The number of patches along each side. */
  public int grid() {
    return grid;
  }

  /**
   * {@link #PADDING}, {@link #BACKGROUND} or the index of the item that fills most of the patch.
   *
   * @param row from 0 at the top
   * @param column from 0 on the left
   */
  public int label(int row, int column) {
    return labels[row * grid + column];
  }

  /** The item that fills most of the patch, if any shows in it. */
  public Optional<Item> item(int row, int column) {
    int label = label(row, column);
    return label < 0 ? Optional.empty() : Optional.of(scene.items().get(label));
  }

  /** The share of the patch which that item fills, 0 to 1; 0 where there is none. */
  public float coverage(int row, int column) {
    return coverage[row * grid + column];
  }

  /** All labels, row by row from the top left. */
  public int[] toArray() {
    return labels.clone();
  }

  /** Where a point of the padded and resized square lies in the picture. */
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

  /** An item's outline, and the box around it, which is much faster to ask. */
  private record Outline(java.awt.Shape shape, Rectangle2D box) {
    static Outline of(Item item) {
      return new Outline(item.outline(), item.box());
    }

    boolean contains(double x, double y) {
      return box.contains(x, y) && shape.contains(x, y);
    }
  }

  private void look(Geometry geometry) {
    List<Outline> outlines = scene.items().stream().map(Outline::of).toList();
    for (int row = 0; row < grid; row++) {
      for (int column = 0; column < grid; column++) {
        look(row, column, geometry, outlines);
      }
    }
  }

  private void look(int row, int column, Geometry geometry, List<Outline> outlines) {
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
