package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Yes-or-no questions about the presence of an item. The colour and the shape of absent items often
 * occur on other items.
 */
final class PresenceQuestions {
  private PresenceQuestions() {}

  static Optional<Candidate> presence(Inquiry inquiry) {
    Group group = anyGroup(anyColour(inquiry), anyShape(inquiry), inquiry);
    String text =
        inquiry
            .any("Is there %s in the picture?", "Can you see %s?")
            .formatted(withArticle(group.words()));
    List<Item> items = inquiry.scene().items();
    boolean isThere = inquiry.scene().has(group::includes);
    return Optional.of(
        Candidate.yesOrNo(
            Category.PRESENCE, text, Rationale.of(items, search(items, group)), isThere));
  }

  /** Judges items in order until one is found. */
  private static List<String> search(List<Item> items, Group group) {
    List<String> judgements = new ArrayList<>();
    for (Item item : items) {
      boolean found = group.includes(item);
      judgements.add(group.judge(item, YesNo.of(found)));
      if (found) {
        break;
      }
    }
    return judgements;
  }

  private static Colour anyColour(Inquiry inquiry) {
    return inquiry.random().nextInt(3) == 0
        ? inquiry.any(Colour.values())
        : inquiry.anyItem().colour();
  }

  private static Shape anyShape(Inquiry inquiry) {
    return inquiry.random().nextInt(3) == 0
        ? inquiry.any(Shape.values())
        : inquiry.anyItem().shape();
  }

  private static Group anyGroup(Colour colour, Shape shape, Inquiry inquiry) {
    return inquiry.any(
        Group.of(colour, shape), Group.of(colour, shape), Group.of(shape), Group.of(colour));
  }

  private static String withArticle(String words) {
    return ("aeiou".indexOf(words.charAt(0)) >= 0 ? "an " : "a ") + words;
  }
}
