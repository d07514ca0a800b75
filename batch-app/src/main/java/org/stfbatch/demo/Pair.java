package org.stfbatch.demo;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Two items of a scene with unambiguous references. */
record Pair(Reference first, Reference second) {

  /**
   * Returns two random items in random order, with references that do not use the hidden features.
   */
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

  /**
   * Returns the rationale of a comparison: both items, the deciding feature of each, and what is
   * asked.
   */
  Rationale compare(Function<Item, String> deciding, String asked) {
    return Rationale.of(one(), other())
        .then(List.of(deciding.apply(one()), deciding.apply(other()), asked));
  }
}
