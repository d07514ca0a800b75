package org.stfbatch.demo;

import java.util.Optional;

/** Two items of a scene, each named beyond doubt. */
record Pair(Reference first, Reference second) {

  /** Any two items in any order, named without the hidden features. */
  static Optional<Pair> of(Inquiry inquiry, Feature... hidden) {
    Item one = inquiry.anyItem();
    Item other = inquiry.anyItem();
    return one == other
        ? Optional.empty()
        : inquiry
            .name(one, hidden)
            .flatMap(first -> inquiry.name(other, hidden).map(second -> new Pair(first, second)));
  }

  Item one() {
    return first.item();
  }

  Item other() {
    return second.item();
  }

  /** Both items with all that can be said of them. */
  String description() {
    return one().wordsAndPlace() + ", " + other().wordsAndPlace();
  }
}
