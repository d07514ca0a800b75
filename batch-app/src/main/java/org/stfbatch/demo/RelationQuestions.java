package org.stfbatch.demo;

import java.util.Optional;

/** Yes-or-no questions about the relation of two items. */
final class RelationQuestions {
  private RelationQuestions() {}

  static Optional<Candidate> relation(Inquiry inquiry) {
    Relation relation = inquiry.any(Relation.values());
    return Pair.of(inquiry, Feature.PLACE)
        .filter(pair -> relation.isClear(pair.one().place(), pair.other().place()))
        .filter(pair -> mayBeAsked(pair, relation, inquiry.split()))
        .map(pair -> compare(pair, relation));
  }

  private static Candidate compare(Pair pair, Relation relation) {
    String text =
        "Is the %s %s the %s?"
            .formatted(pair.first().words(), relation.phrase(), pair.second().words());
    boolean holds = relation.holds(pair.one().place(), pair.other().place());
    Rationale rationale = pair.compare(item -> relation.deciding(item.place()), relation.phrase());
    return Candidate.yesOrNo(Category.RELATION, text, rationale, holds);
  }

  private static boolean mayBeAsked(Pair pair, Relation relation, Split split) {
    return split.shows(pair.one().colour(), pair.one().shape(), relation)
        && split.shows(pair.other().colour(), pair.other().shape(), relation.opposite());
  }
}
