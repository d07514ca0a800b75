package org.stfbatch.demo;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A scene to ask about.
 *
 * @param split what may be asked: training must not even deny what it never shows
 * @param random which of the possible questions are asked
 */
record Inquiry(Scene scene, Split split, SplittableRandom random) {

  <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  @SafeVarargs
  final <T> T any(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  Item anyItem() {
    return any(scene.items());
  }

  /** Names an item without the hidden features, if that can be done beyond doubt. */
  Optional<Reference> name(Item item, Feature... hidden) {
    List<Reference> references = Reference.to(item, scene, Set.of(hidden));
    return references.isEmpty() ? Optional.empty() : Optional.of(any(references));
  }
}
