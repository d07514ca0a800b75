package org.stfbatch.model.checkpoint;

/**
 * Positions of patches in their grid, to begin the training of a vision tower with: sines and
 * cosines of the row in the first half of the width, of the column in the second, as MoCo v3 has
 * them (Chen et al. 2021, arXiv:2104.02057, section 5). Waves are from 2 pi patches to a few grids
 * long; the nearer two patches, the more alike their positions.
 */
final class GridPositions {
  /** About the size of what patch embeddings begin with. */
  private static final double AMPLITUDE = 0.5;

  /** The longest wave is this many times as long as the shortest. */
  private static final double WAVE_RANGE = 20;

  private GridPositions() {}

  /**
   * @param positions that of the class token, which is 0, and those of the patches of a square grid
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
