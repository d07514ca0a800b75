package org.stfbatch.model.checkpoint;

/**
 * A modifiable matrix with row operations.
 *
 * @param values row-major
 * @param width the length of a row
 */
record Rows(float[] values, int width) {

  void scale(int row, double factor) {
    for (int i = row * width; i < (row + 1) * width; i++) {
      values[i] *= (float) factor;
    }
  }

  void scaleColumns(int end, double factor) {
    for (int i = 0; i < values.length; i++) {
      if (i % width < end) {
        values[i] *= (float) factor;
      }
    }
  }

  /** Adds {@code amount} times a direction. */
  void add(int row, double[] direction, double amount) {
    for (int i = 0; i < width; i++) {
      values[row * width + i] += (float) (amount * direction[i]);
    }
  }

  /** Projects a row onto the orthogonal complement of a direction. */
  void removeDirection(int row, double[] direction) {
    double along = 0;
    double square = 0;
    for (int i = 0; i < width; i++) {
      along += values[row * width + i] * direction[i];
      square += direction[i] * direction[i];
    }
    add(row, direction, -along / square);
  }

  /** Sets a row to another matrix's row, scaled. */
  void set(int row, Rows source, int sourceRow, double scale) {
    for (int i = 0; i < width; i++) {
      values[row * width + i] = (float) (scale * source.values[sourceRow * source.width + i]);
    }
  }

  /** Sets a row to another matrix's column, scaled. */
  void setToColumn(int row, Rows source, int column, double scale) {
    for (int i = 0; i < width; i++) {
      values[row * width + i] = (float) (scale * source.values[i * source.width + column]);
    }
  }
}
