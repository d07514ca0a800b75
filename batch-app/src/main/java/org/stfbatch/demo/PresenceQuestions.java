package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Is there something? Much of what is missing has its colour and its shape on other items. */
final class PresenceQuestions {
  private record Thing(String words, Predicate<Item> is) {}

  private PresenceQuestions() {}

  static Optional<Candidate> presence(Inquiry inquiry) {
    Colour colour = anyColour(inquiry);
    Shape shape = anyShape(inquiry);
    Thing thing = anyThing(colour, shape, inquiry);
    String text =
        inquiry
            .any("Is there %s in the picture?", "Can you see %s?")
            .formatted(withArticle(thing.words()));
    boolean isThere = inquiry.scene().has(thing.is());
    String rationale = search(inquiry.scene().items(), thing);
    return Optional.of(Candidate.yesOrNo(Category.PRESENCE, text, rationale, isThere));
  }

  /** Looks at one item after the other until the thing is found; the answer says of the last. */
  private static String search(List<Item> items, Thing thing) {
    List<String> seen = new ArrayList<>();
    for (Item item : items) {
      seen.add(item.wordsAndPlace());
      if (thing.is().test(item)) {
        break;
      }
    }
    return String.join(": " + YesNo.NO + ", ", seen);
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

  private static Thing anyThing(Colour colour, Shape shape, Inquiry inquiry) {
    Predicate<Item> inColour = item -> item.colour() == colour;
    Predicate<Item> inShape = item -> item.shape() == shape;
    Thing both = new Thing(colour.word() + " " + shape.word(), inColour.and(inShape));
    return inquiry.any(
        both,
        both,
        new Thing(shape.word(), inShape),
        new Thing(colour.word() + " object", inColour));
  }

  private static String withArticle(String words) {
    return ("aeiou".indexOf(words.charAt(0)) >= 0 ? "an " : "a ") + words;
  }
}
