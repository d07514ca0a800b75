package org.stfbatch.demo;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Input of a question generator.
 *
 * @param split limits the questions: a question for training must not mention a held-out relation,
 *     not even to deny it
 * @param random chooses among the possible questions
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

  /**
   * Returns a random unambiguous reference to the item without the hidden features; empty if there
   * is none.
   */
  Optional<Reference> name(Item item, Feature... hidden) {
    List<Reference> references = Reference.to(item, scene, Set.of(hidden));
    return references.isEmpty() ? Optional.empty() : Optional.of(any(references));
  }
}
