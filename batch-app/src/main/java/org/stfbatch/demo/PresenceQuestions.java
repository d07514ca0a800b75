package org.stfbatch.demo;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Is there something? Much of what is missing has its colour and its shape on other items. */
final class PresenceQuestions {
  /**
   * @param isLike what to look at where there is none
   */
  private record Thing(String words, Predicate<Item> is, Predicate<Item> isLike) {}

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
    boolean isThere = inquiry.scene().has(thing.is());
    List<Item> seen = inquiry.scene().items(isThere ? thing.is() : thing.isLike());
    return Optional.of(Candidate.yesOrNo(Category.PRESENCE, text, seen, isThere));
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
    Thing both =
        new Thing(colour.word() + " " + shape.word(), inColour.and(inShape), inColour.or(inShape));
    return inquiry.any(
        both,
        both,
        new Thing(shape.word(), inShape, inShape),
        new Thing(colour.word() + " object", inColour, inColour));
  }

  private static String withArticle(String words) {
    return ("aeiou".indexOf(words.charAt(0)) >= 0 ? "an " : "a ") + words;
  }
}
