package org.stfbatch.demo;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Items of a colour, of a shape, of both, or all items. */
record Group(Optional<Colour> colour, Optional<Shape> shape) {
  static final Group ALL = new Group(Optional.empty(), Optional.empty());

  static Group of(Colour colour) {
    return new Group(Optional.of(colour), Optional.empty());
  }

  static Group of(Shape shape) {
    return new Group(Optional.empty(), Optional.of(shape));
  }

  static Group of(Colour colour, Shape shape) {
    return new Group(Optional.of(colour), Optional.of(shape));
  }

  boolean includes(Item item) {
    return colour.map(wanted -> item.colour() == wanted).orElse(true)
        && shape.map(wanted -> item.shape() == wanted).orElse(true);
  }

  /** Returns a name such as "red circle" or "red object". */
  String words() {
    return inColour(shape.map(Shape::word).orElse("object"));
  }

  String plural() {
    return inColour(shape.map(Shape::plural).orElse("objects"));
  }

  private String inColour(String noun) {
    return colour.map(wanted -> wanted.word() + " " + noun).orElse(noun);
  }

  /** Returns the wanted features, the item's features of the same kind, and the judgement. */
  String judge(Item item, String judgement) {
    return equals(ALL)
        ? judgement
        : "%s? %s %s".formatted(features(), seenIn(item).features(), judgement);
  }

  private Group seenIn(Item item) {
    return new Group(colour.map(asked -> item.colour()), shape.map(asked -> item.shape()));
  }

  private String features() {
    return Stream.of(colour.map(Colour::word), shape.map(Shape::word))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(" "));
  }
}
