package org.stfbatch.training;

import java.util.List;

/**
 * Image whose regions are described by words.
 *
 * @param number in the data, from 1
 * @param image its name relative to the folder of images
 * @param regions the words of each region
 * @param patches the region that each patch of the tower shows, row by row, or {@link #NOTHING}
 */
record RegionPicture(int number, String image, List<List<String>> regions, byte[] patches) {
  /** Value of a patch that shows no region. */
  static final int NOTHING = -1;

  String name() {
    return "line " + number;
  }
}
