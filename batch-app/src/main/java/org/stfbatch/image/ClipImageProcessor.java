package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/**
 * CLIP preprocessing: pads (if so configured), resizes the shortest edge bicubically, and
 * center-crops. The result equals, byte for byte, LLaVA's {@code process_images} with Hugging
 * Face's {@code CLIPImageProcessor} on Pillow 9.4 before rescaling. Thread safe.
 *
 * <p>Neither the padded canvas nor the part of the resized picture outside the crop is
 * materialized, so memory stays near the size of the picture even for a line of one pixel's width.
 * As the crop is as large as the shortest edge, it always lies inside the picture, and the zero
 * padding of the original's crop never occurs.
 */
public final class ClipImageProcessor {
  private static final int CHANNELS = 3;

  private final ClipImageConfig config;
  private final BicubicTables tables = new BicubicTables();

  public ClipImageProcessor(ClipImageConfig config) {
    this.config = requireNonNull(config, "config is null");
  }

  /** Returns the configuration. */
  public ClipImageConfig config() {
    return config;
  }

  /** Preprocesses a picture, which stays unchanged. */
  public Pixels process(RgbImage image) {
    if (config.split() > 1) {
      return new Pixels(config.size(), parts(image));
    }
    Geometry geometry =
        config.aspect() == Aspect.PAD
            ? Geometry.padded(image.width(), image.height(), config.size())
            : Geometry.cropped(image.width(), image.height(), config.size());
    return new Pixels(config.size(), new Resampling(image, geometry).run());
  }

  /**
   * Returns the parts row by row, then the whole, [N * N + 1, 3, S, S]. Parts have the N-th of
   * width and height, rounded down but at least one pixel; what is left at the right and at the
   * bottom belongs to none.
   */
  private byte[] parts(RgbImage image) {
    int split = config.split();
    int width = Math.max(1, image.width() / split);
    int height = Math.max(1, image.height() / split);
    int bytes = CHANNELS * config.size() * config.size();
    byte[] all = new byte[config.parts() * bytes];
    for (int i = 0; i < split * split; i++) {
      int left = Math.min(i % split * width, image.width() - width);
      int top = Math.min(i / split * height, image.height() - height);
      byte[] part = whole(image.cropped(left, top, width, height));
      System.arraycopy(part, 0, all, i * bytes, bytes);
    }
    System.arraycopy(whole(image), 0, all, split * split * bytes, bytes);
    return all;
  }

  private byte[] whole(RgbImage image) {
    Geometry geometry = Geometry.cropped(image.width(), image.height(), config.size());
    return new Resampling(image, geometry).run();
  }

  /**
   * The geometry. The picture is pasted at (pasteX, pasteY) on a canvas, the canvas is resized, and
   * the crop starts at (cropX, cropY) of the result.
   */
  private record Geometry(
      int canvasWidth,
      int canvasHeight,
      int pasteX,
      int pasteY,
      long resizedWidth,
      long resizedHeight,
      long cropX,
      long cropY) {

    static Geometry padded(int width, int height, int size) {
      int side = Math.max(width, height);
      return new Geometry(side, side, (side - width) / 2, (side - height) / 2, size, size, 0, 0);
    }

    static Geometry cropped(int width, int height, int size) {
      long newWidth = width <= height ? size : longEdge(size, width, height);
      long newHeight = width <= height ? longEdge(size, height, width) : size;
      return new Geometry(
          width, height, 0, 0, newWidth, newHeight, (newWidth - size) / 2, (newHeight - size) / 2);
    }

    private static long longEdge(int size, int longSide, int shortSide) {
      return (long) ((double) ((long) size * longSide) / shortSide);
    }
  }

  /**
   * The resampling of one picture: an input row is resized horizontally when the first output row
   * needs it.
   */
  private final class Resampling {
    private final int size = config.size();
    private final byte[] rgb;
    private final int width;
    private final int height;
    private final Geometry geometry;
    private final BicubicTable horizontal;
    private final BicubicTable vertical;
    private final int[] from; // per output column: first and end of its input range
    private final int[] to; //   inside the picture, in picture coordinates
    private final int[] start; // [3, size] half plus what the padding contributes
    private final int[] background; // [3, size] a row of padding only
    private final int[][] ring; // [vertical.stride][3 * size] resized rows, by canvas row

    Resampling(RgbImage image, Geometry geometry) {
      this.rgb = image.rgb();
      this.width = image.width();
      this.height = image.height();
      this.geometry = geometry;
      this.horizontal =
          tables.get(geometry.canvasWidth(), geometry.resizedWidth(), geometry.cropX(), size);
      this.vertical =
          tables.get(geometry.canvasHeight(), geometry.resizedHeight(), geometry.cropY(), size);
      this.from = new int[size];
      this.to = new int[size];
      this.start = new int[CHANNELS * size];
      this.background = new int[CHANNELS * size];
      this.ring = new int[vertical.stride][];
      prepareColumns();
    }

    private void prepareColumns() {
      int[] colour = config.background();
      for (int x = 0; x < size; x++) {
        int first = horizontal.first[x] - geometry.pasteX();
        int end = first + horizontal.count[x];
        from[x] = Math.min(Math.max(first, 0), width);
        to[x] = Math.max(Math.min(end, width), from[x]);
        int all = 0;
        int inside = 0;
        for (int k = 0; k < horizontal.count[x]; k++) {
          int weight = horizontal.weights[x * horizontal.stride + k];
          all += weight;
          inside += first + k >= from[x] && first + k < to[x] ? weight : 0;
        }
        for (int c = 0; c < CHANNELS; c++) {
          start[c * size + x] = BicubicTable.HALF + colour[c] * (all - inside);
          background[c * size + x] = BicubicTable.clip(BicubicTable.HALF + colour[c] * all);
        }
      }
    }

    byte[] run() {
      byte[] chw = new byte[CHANNELS * size * size];
      int[] sums = new int[CHANNELS * size];
      int nextRow = 0;
      for (int y = 0; y < size; y++) {
        int first = vertical.first[y];
        int end = first + vertical.count[y];
        for (nextRow = Math.max(nextRow, first); nextRow < end; nextRow++) {
          resizeRow(nextRow);
        }
        Arrays.fill(sums, BicubicTable.HALF);
        for (int row = first; row < end; row++) {
          addRow(sums, row(row), vertical.weights[y * vertical.stride + row - first]);
        }
        for (int c = 0; c < CHANNELS; c++) {
          int out = (c * size + y) * size;
          for (int x = 0; x < size; x++) {
            chw[out + x] = (byte) BicubicTable.clip(sums[c * size + x]);
          }
        }
      }
      return chw;
    }

    private boolean isPadding(int canvasRow) {
      return canvasRow < geometry.pasteY() || canvasRow >= geometry.pasteY() + height;
    }

    private int[] row(int canvasRow) {
      return isPadding(canvasRow) ? background : ring[canvasRow % ring.length];
    }

    private void resizeRow(int canvasRow) {
      if (isPadding(canvasRow)) {
        return;
      }
      int slot = canvasRow % ring.length;
      if (ring[slot] == null) {
        ring[slot] = new int[CHANNELS * size];
      }
      int[] out = ring[slot];
      int rowStart = (canvasRow - geometry.pasteY()) * width;
      int[] weights = horizontal.weights;
      for (int x = 0; x < size; x++) {
        int red = start[x];
        int green = start[size + x];
        int blue = start[2 * size + x];
        int w = x * horizontal.stride + from[x] + geometry.pasteX() - horizontal.first[x];
        int end = (rowStart + to[x]) * CHANNELS;
        for (int p = (rowStart + from[x]) * CHANNELS; p < end; p += CHANNELS) {
          int weight = weights[w++];
          red += weight * (rgb[p] & 0xff);
          green += weight * (rgb[p + 1] & 0xff);
          blue += weight * (rgb[p + 2] & 0xff);
        }
        out[x] = BicubicTable.clip(red);
        out[size + x] = BicubicTable.clip(green);
        out[2 * size + x] = BicubicTable.clip(blue);
      }
    }
  }

  private static void addRow(int[] sums, int[] row, int weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * row[i];
    }
  }
}
