package org.stfbatch.training;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Selects the patches of an image that the vision tower processes: first those of regions, then
 * their neighbours, then others. Most patches belong to no region, and attention over all of them
 * takes most of the time (compare Li et al. 2023, arXiv:2212.00794, who drop random patches).
 */
final class PatchChoice {
  private static final int SHOWING = 0;
  private static final int BESIDE = 1;
  private static final int OTHER = 2;

  private final int grid;
  private final int count;
  private final long seed;

  /**
   * @param grid patches per side
   * @param count patches selected per image, at most all
   * @param seed decides among patches of the same rank
   */
  PatchChoice(int grid, int count, long seed) {
    this.grid = grid;
    this.count = count;
    this.seed = seed;
  }

  int count() {
    return count;
  }

  /**
   * Returns the indices of the selected patches, ascending; a function of the image and the seed.
   */
  int[] of(RegionPicture picture) {
    int patches = grid * grid;
    if (count == patches) {
      return IntStream.range(0, patches).toArray();
    }
    Random random = new Random(seed * 31 + picture.number());
    double[] lot = random.doubles(patches).toArray();
    int[] rank = ranks(picture.patches());
    return IntStream.range(0, patches)
        .boxed()
        .sorted(Comparator.comparingDouble(patch -> rank[patch] + lot[patch]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }

  private int[] ranks(byte[] map) {
    int[] ranks = new int[map.length];
    Arrays.fill(ranks, OTHER);
    for (int patch = 0; patch < map.length; patch++) {
      if (map[patch] != RegionPicture.NOTHING) {
        for (int near : neighbours(patch)) {
          ranks[near] = map[near] == RegionPicture.NOTHING ? BESIDE : SHOWING;
        }
      }
    }
    return ranks;
  }

  /** Returns the patch and those that touch it. */
  private int[] neighbours(int patch) {
    int row = patch / grid;
    int column = patch % grid;
    return IntStream.rangeClosed(Math.max(row - 1, 0), Math.min(row + 1, grid - 1))
        .flatMap(
            y ->
                IntStream.rangeClosed(Math.max(column - 1, 0), Math.min(column + 1, grid - 1))
                    .map(x -> y * grid + x))
        .toArray();
  }
}
