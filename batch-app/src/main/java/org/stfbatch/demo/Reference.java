package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Reference to an item by some of its features.
 *
 * @param features not empty
 */
record Reference(Item item, Set<Feature> features) {
  private static final List<Set<Feature>> USUAL =
      List.of(
          EnumSet.of(Feature.SHAPE),
          EnumSet.of(Feature.COLOUR, Feature.SHAPE),
          EnumSet.of(Feature.SIZE, Feature.SHAPE),
          EnumSet.of(Feature.SIZE, Feature.COLOUR, Feature.SHAPE),
          EnumSet.of(Feature.COLOUR),
          EnumSet.of(Feature.SIZE, Feature.COLOUR),
          EnumSet.of(Feature.SIZE),
          EnumSet.of(Feature.PLACE));

  /**
   * Returns all usual references to an item that are unambiguous in the scene and do not use the
   * hidden features.
   */
  static List<Reference> to(Item item, Scene scene, Set<Feature> hidden) {
    List<Reference> references = new ArrayList<>();
    for (Set<Feature> features : USUAL) {
      Reference reference = new Reference(item, features);
      if (Collections.disjoint(features, hidden) && scene.count(reference::fits) == 1) {
        references.add(reference);
      }
    }
    return references;
  }

  boolean uses(Feature feature) {
    return features.contains(feature);
  }

  private boolean fits(Item other) {
    return features.stream().allMatch(feature -> feature.fits(item, other));
  }

  /** Returns the words, such as "large red circle" or "object at the top left". */
  String words() {
    StringBuilder words = new StringBuilder();
    if (uses(Feature.SIZE)) {
      words.append(item.size().word()).append(' ');
    }
    if (uses(Feature.COLOUR)) {
      words.append(item.colour().word()).append(' ');
    }
    words.append(uses(Feature.SHAPE) ? item.shape().word() : "object");
    if (uses(Feature.PLACE)) {
      words.append(' ').append(item.place().phrase());
    }
    return words.toString();
  }
}
