package org.stfbatch.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words that patches are contrasted with: that nothing is shown, that it is the middle of a
 * region, and all words of the data.
 */
final class RegionVocabulary {
  private static final int NOTHING = 0;
  private static final int MIDDLE = 1;
  private static final int FIRST = 2;

  private final Map<String, Integer> words = new HashMap<>();
  private final int grid;

  /**
   * @param grid patches of a side
   */
  RegionVocabulary(List<RegionPicture> pictures, int grid) {
    this.grid = grid;
    pictures.stream()
        .flatMap(picture -> picture.regions().stream())
        .flatMap(List::stream)
        .distinct()
        .sorted()
        .forEach(word -> words.put(word, FIRST + words.size()));
  }

  int size() {
    return FIRST + words.size();
  }

  /** For every patch and word 1 if the word describes the patch, else 0: [P, V]. */
  byte[] targets(RegionPicture picture) {
    byte[] map = picture.patches();
    byte[] targets = new byte[map.length * size()];
    for (int patch = 0; patch < map.length; patch++) {
      if (map[patch] == RegionPicture.NOTHING) {
        targets[patch * size() + NOTHING] = 1;
      } else {
        for (String word : picture.regions().get(map[patch])) {
          targets[patch * size() + words.get(word)] = 1;
        }
      }
    }
    for (int middle : middles(picture)) {
      targets[middle * size() + MIDDLE] = 1;
    }
    return targets;
  }

  /** Of every region that shows, the patch that is nearest to the mean of its patches. */
  private List<Integer> middles(RegionPicture picture) {
    List<Integer> middles = new ArrayList<>();
    for (int region = 0; region < picture.regions().size(); region++) {
      List<Integer> patches = patches(picture, region);
      if (!patches.isEmpty()) {
        middles.add(middle(patches));
      }
    }
    return middles;
  }

  private static List<Integer> patches(RegionPicture picture, int region) {
    List<Integer> patches = new ArrayList<>();
    for (int patch = 0; patch < picture.patches().length; patch++) {
      if (picture.patches()[patch] == region) {
        patches.add(patch);
      }
    }
    return patches;
  }

  private int middle(List<Integer> patches) {
    double row = patches.stream().mapToInt(patch -> patch / grid).average().orElseThrow();
    double column = patches.stream().mapToInt(patch -> patch % grid).average().orElseThrow();
    int nearest = patches.get(0);
    for (int patch : patches) {
      if (distance(patch, row, column) < distance(nearest, row, column)) {
        nearest = patch;
      }
    }
    return nearest;
  }

  private double distance(int patch, double row, double column) {
    return Math.hypot(patch / grid - row, patch % grid - column);
  }
}
