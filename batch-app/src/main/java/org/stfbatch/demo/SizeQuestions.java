package org.stfbatch.demo;

import java.util.List;
import java.util.Optional;

/** Questions about the larger or smaller of two items. */
final class SizeQuestions {
  private static final String FIRST = "first";
  private static final String SECOND = "second";

  private SizeQuestions() {}

  static Optional<Candidate> size(Inquiry inquiry) {
    boolean larger = inquiry.random().nextBoolean();
    return Pair.of(inquiry, Feature.SIZE, Feature.PLACE)
        .filter(pair -> pair.one().size() != pair.other().size())
        .map(pair -> compare(pair, larger));
  }

  private static Candidate compare(Pair pair, boolean larger) {
    String comparison = larger ? "larger" : "smaller";
    String text =
        "Which is %s, the %s or the %s?"
            .formatted(comparison, pair.first().words(), pair.second().words());
    boolean isFirst = pair.one().size().compareTo(pair.other().size()) > 0 == larger;
    String answer = isFirst ? pair.first().words() : pair.second().words();
    BalancedOutcome outcome =
        new BalancedOutcome(
            Category.SIZE.word(), text, isFirst ? FIRST : SECOND, List.of(FIRST, SECOND));
    Rationale rationale = pair.compare(item -> item.size().word(), comparison);
    return Candidate.of(Category.SIZE, text, rationale, answer, outcome);
  }
}
