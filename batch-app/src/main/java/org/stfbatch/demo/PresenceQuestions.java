package org.stfbatch.demo;

import java.util.Optional;
import java.util.function.Predicate;

/** Is there something? Much of what is missing has its colour and its shape on other items. */
final class PresenceQuestions {
  private record Thing(String words, Predicate<Item> is) {}

  private PresenceQuestions() {}

  static Optional<Candidate> presence(Inquiry inquiry) {
    Colour colour = anyColour(inquiry);
    Shape shape = anyShape(inquiry);
    if (!inquiry.split().shows(colour, shape)) {
      return Optional.empty();
    }
    Thing thing = anyThing(colour, shape, inquiry);
    String text =
        inquiry
            .any("Is there %s in the picture?", "Can you see %s?")
            .formatted(withArticle(thing.words()));
    return Optional.of(Candidate.yesOrNo(Category.PRESENCE, text, inquiry.scene().has(thing.is())));
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
