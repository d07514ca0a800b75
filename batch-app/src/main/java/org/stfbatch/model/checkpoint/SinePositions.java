package org.stfbatch.model.checkpoint;

/**
 * Sines and cosines of the positions on a square grid, as LLaVA-Mini's compressor begins with them.
 * The first half of a vector tells the column, the second the row: a position p gives sin(p w_i)
 * for all i, then cos(p w_i), with w_i = 10000^(-i / q) and q a quarter of the width.
 */
final class SinePositions {
  private static final double BASE = 10_000;

  private SinePositions() {}

  /**
   * @param count of positions, a square, row by row
   * @param width of a vector, a multiple of 4
   * @return [count, width]
   */
  static float[] of(int count, int width) {
    int side = (int) Math.round(Math.sqrt(count));
    int quarter = width / 4;
    float[] values = new float[count * width];
    for (int position = 0; position < count; position++) {
      int at = position * width;
      fill(values, at, quarter, position % side);
      fill(values, at + 2 * quarter, quarter, position / side);
    }
    return values;
  }

  private static void fill(float[] values, int at, int quarter, int place) {
    for (int i = 0; i < quarter; i++) {
      double angle = place * Math.pow(BASE, -(double) i / quarter);
      values[at + i] = (float) Math.sin(angle);
      values[at + quarter + i] = (float) Math.cos(angle);
    }
  }
}
