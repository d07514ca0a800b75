package org.stfbatch.training;

import java.util.List;

/**
 * A picture whose regions are described by words.
 *
 * @param number in the data, from 1
 * @param image its name below the folder of images
 * @param regions the words of each region
 * @param patches for each patch of the tower, row by row, the region it shows, or {@link #NOTHING}
 */
record RegionPicture(int number, String image, List<List<String>> regions, byte[] patches) {
  /** A patch that shows none. */
  static final int NOTHING = -1;

  String name() {
    return "line " + number;
  }
}
