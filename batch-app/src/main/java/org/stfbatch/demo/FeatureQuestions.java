package org.stfbatch.demo;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Questions about one feature of an item that other features identify. */
final class FeatureQuestions {
  private static final List<String> COLOURS = Stream.of(Colour.values()).map(Colour::word).toList();
  private static final List<String> SHAPES = Stream.of(Shape.values()).map(Shape::word).toList();
  private static final List<String> PLACES = Stream.of(Place.values()).map(Place::word).toList();

  private FeatureQuestions() {}

  static Optional<Candidate> colour(Inquiry inquiry) {
    return inquiry
        .name(inquiry.anyItem(), Feature.COLOUR)
        .map(
            reference ->
                Candidate.of(
                    Category.COLOUR,
                    inquiry
                        .any("What colour is the %s?", "Which colour does the %s have?")
                        .formatted(reference.words()),
                    Rationale.of(reference.item()),
                    reference.item().colour().word(),
                    COLOURS));
  }

  static Optional<Candidate> shape(Inquiry inquiry) {
    return inquiry
        .name(inquiry.anyItem(), Feature.SHAPE)
        .map(
            reference ->
                Candidate.of(
                    Category.SHAPE,
                    inquiry
                        .any("What shape is the %s?", "Which shape does the %s have?")
                        .formatted(reference.words()),
                    Rationale.of(reference.item()),
                    reference.item().shape().word(),
                    SHAPES));
  }

  static Optional<Candidate> position(Inquiry inquiry) {
    return inquiry
        .name(inquiry.anyItem(), Feature.PLACE)
        .map(
            reference ->
                Candidate.of(
                    Category.POSITION,
                    inquiry
                        .any("Where is the %s?", "Where in the picture is the %s?")
                        .formatted(reference.words()),
                    Rationale.of(reference.item()),
                    reference.item().place().word(),
                    PLACES));
  }
}
