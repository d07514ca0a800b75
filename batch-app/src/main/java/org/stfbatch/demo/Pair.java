package org.stfbatch.demo;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

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

  /** Looks at both items, then at what decides between them, and remembers what is asked. */
  Rationale compare(Function<Item, String> deciding, String asked) {
    return Rationale.of(one(), other())
        .then(List.of(deciding.apply(one()), deciding.apply(other()), asked));
  }
}
