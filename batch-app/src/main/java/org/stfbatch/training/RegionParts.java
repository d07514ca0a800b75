package org.stfbatch.training;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Position of a patch in its region: on which of its eight sides the region ends, on which side of
 * the region's centre it is, and whether it is the central patch. A tower that must predict these
 * learns outlines, and from them sizes and shapes, sooner than from the words of the regions alone.
 */
final class RegionParts {
  /** Eight neighbours, four sides of the centre, and the central patch. */
  static final int COUNT = 13;

  private static final int SIDES = 8;
  private static final int MIDDLE = 12;

  /** A patch closer to the centre than this, in patches, is on neither side. */
  private static final double BETWEEN = 0.5;

  private static final int[][] NEIGHBOURS = {
    {-1, -1}, {-1, 0}, {-1, 1}, {0, -1}, {0, 1}, {1, -1}, {1, 0}, {1, 1}
  };

  private final byte[] map;
  private final int grid;
  private final List<Middle> middles;

  RegionParts(RegionPicture picture, int grid) {
    this.map = picture.patches();
    this.grid = grid;
    this.middles =
        IntStream.range(0, picture.regions().size()).mapToObj(region -> middle(region)).toList();
  }

  /**
   * Mean position of a region's patches, and the patch closest to it; -1 if no patch shows the
   * region.
   */
  private record Middle(double row, double column, int patch) {}

  private Middle middle(int region) {
    int[] patches = IntStream.range(0, map.length).filter(p -> map[p] == region).toArray();
    double row = mean(patches, patch -> patch / grid);
    double column = mean(patches, patch -> patch % grid);
    int nearest = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int patch : patches) {
      double distance = Math.hypot(patch / grid - row, patch % grid - column);
      if (distance < least) {
        nearest = patch;
        least = distance;
      }
    }
    return new Middle(row, column, nearest);
  }

  private static double mean(int[] patches, IntUnaryOperator coordinate) {
    return IntStream.of(patches).map(coordinate).average().orElse(0);
  }

  /** Returns the parts of its region that a patch is, each 0 .. {@link #COUNT} - 1. */
  List<Integer> of(int patch) {
    List<Integer> parts = new ArrayList<>();
    for (int i = 0; i < NEIGHBOURS.length; i++) {
      if (endsAt(patch, NEIGHBOURS[i][0], NEIGHBOURS[i][1])) {
        parts.add(i);
      }
    }
    Middle middle = middles.get(map[patch]);
    addSide(parts, SIDES, patch / grid - middle.row());
    addSide(parts, SIDES + 2, patch % grid - middle.column());
    if (patch == middle.patch()) {
      parts.add(MIDDLE);
    }
    return parts;
  }

  private boolean endsAt(int patch, int down, int right) {
    int row = patch / grid + down;
    int column = patch % grid + right;
    boolean inside = row >= 0 && row < grid && column >= 0 && column < grid;
    return !inside || map[row * grid + column] != map[patch];
  }

  private static void addSide(List<Integer> parts, int first, double distance) {
    if (Math.abs(distance) > BETWEEN) {
      parts.add(distance < 0 ? first : first + 1);
    }
  }
}
