package org.stfbatch.model.checkpoint;

/**
 * Initial position embeddings of a vision tower: sines and cosines of the row in the first half of
 * the channels and of the column in the second, as in MoCo v3 (Chen et al. 2021, arXiv:2104.02057,
 * section 5). Wavelengths range from 2 pi patches to a few grids; the closer two patches, the more
 * similar their embeddings.
 */
final class GridPositions {
  /** Approximate magnitude of initial patch embeddings. */
  private static final double AMPLITUDE = 0.5;

  /** Ratio of the longest to the shortest wavelength. */
  private static final double WAVE_RANGE = 20;

  private GridPositions() {}

  /**
   * @param positions number of positions: the class token, whose embedding is 0, and the patches of
   *     a square grid
   * @return [positions, width]
   */
  static float[] of(int positions, int width) {
    int grid = (int) Math.round(Math.sqrt(positions - 1.0));
    float[] values = new float[positions * width];
    for (int patch = 0; patch < grid * grid; patch++) {
      int at = (1 + patch) * width;
      fill(values, at, width / 2, patch / grid);
      fill(values, at + width / 2, width - width / 2, patch % grid);
    }
    return values;
  }

  private static void fill(float[] values, int at, int count, int coordinate) {
    int waves = (count + 1) / 2;
    for (int i = 0; i < count; i++) {
      double angle = coordinate * Math.pow(WAVE_RANGE, -(i % waves) / (double) waves);
      values[at + i] = (float) (AMPLITUDE * (i < waves ? Math.sin(angle) : Math.cos(angle)));
    }
  }
}
