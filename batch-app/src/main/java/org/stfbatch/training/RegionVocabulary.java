package org.stfbatch.training;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Classes that the patches are contrasted with: no region, the position of a patch in its region,
 * and all words of the data.
 */
final class RegionVocabulary {
  private static final int NOTHING = 0;
  private static final int PARTS = 1;
  private static final int FIRST = PARTS + RegionParts.COUNT;

  private final Map<String, Integer> words = new HashMap<>();
  private final int grid;

  /**
   * @param grid patches per side
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

  /**
   * Returns, for each patch and class, 1 if the class applies to the patch, else 0.
   *
   * @param patches [K], indices
   * @return [K, V]
   */
  byte[] targets(RegionPicture picture, int[] patches) {
    byte[] targets = new byte[patches.length * size()];
    RegionParts parts = new RegionParts(picture, grid);
    for (int i = 0; i < patches.length; i++) {
      int row = i * size();
      int region = picture.patches()[patches[i]];
      if (region == RegionPicture.NOTHING) {
        targets[row + NOTHING] = 1;
      } else {
        parts.of(patches[i]).forEach(part -> targets[row + PARTS + part] = 1);
        picture.regions().get(region).forEach(word -> targets[row + words.get(word)] = 1);
      }
    }
    return targets;
  }
}
