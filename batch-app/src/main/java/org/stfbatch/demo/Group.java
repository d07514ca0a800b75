package org.stfbatch.demo;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The items of a colour, of a shape, of both, or all. */
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

  /** Such as "red circle" or "red object". */
  String words() {
    return inColour(shape.map(Shape::word).orElse("object"));
  }

  String plural() {
    return inColour(shape.map(Shape::plural).orElse("objects"));
  }

  private String inColour(String noun) {
    return colour.map(wanted -> wanted.word() + " " + noun).orElse(noun);
  }

  /** A judgement of an item, after that in it which decides. */
  String judge(Item item, String judgement) {
    return Stream.of(
            colour.map(wanted -> item.colour().word()),
            shape.map(wanted -> item.shape().word()),
            Optional.of(judgement))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(" "));
  }
}
