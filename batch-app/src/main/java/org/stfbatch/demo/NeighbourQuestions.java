package org.stfbatch.demo;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Questions about the only item on one side of another. */
final class NeighbourQuestions {
  /** Items that differ by at most this fraction of a side are level with each other. */
  private static final double LEVEL = 0.02;

  private NeighbourQuestions() {}

  static Optional<Candidate> neighbour(Inquiry inquiry) {
    Relation relation = inquiry.any(Relation.values());
    boolean shape = inquiry.random().nextBoolean();
    return inquiry
        .name(inquiry.anyItem(), Feature.PLACE)
        .flatMap(
            anchor ->
                neighbourOf(anchor.item(), relation, inquiry.scene())
                    .map(
                        item ->
                            shape
                                ? shapeOf(item, relation, anchor)
                                : colourOf(item, relation, anchor)));
  }

  private static Candidate shapeOf(Item item, Relation relation, Reference anchor) {
    return candidate(
        "Which shape is %s the %s?".formatted(relation.phrase(), anchor.words()),
        Rationale.of(anchor.item(), item),
        item.shape().word(),
        "neighbour's shape",
        Stream.of(Shape.values())
            .filter(
                s -> s != anchor.item().shape() || !anchor.features().equals(Set.of(Feature.SHAPE)))
            .map(Shape::word)
            .toList());
  }

  private static Candidate colourOf(Item item, Relation relation, Reference anchor) {
    return candidate(
        "What colour is the object %s the %s?".formatted(relation.phrase(), anchor.words()),
        Rationale.of(anchor.item(), item),
        item.colour().word(),
        "neighbour's colour",
        Stream.of(Colour.values())
            .filter(
                c ->
                    c != anchor.item().colour()
                        || !anchor.features().equals(Set.of(Feature.COLOUR)))
            .map(Colour::word)
            .toList());
  }

  private static Candidate candidate(
      String text, Rationale rationale, String answer, String group, List<String> outcomes) {
    BalancedOutcome outcome = new BalancedOutcome(group, text, answer, outcomes);
    return Candidate.of(Category.NEIGHBOUR, text, rationale, answer, outcome);
  }

  /**
   * Returns the only item in this relation to the anchor, if no other item is level with the anchor
   * or beyond it.
   */
  private static Optional<Item> neighbourOf(Item anchor, Relation relation, Scene scene) {
    List<Item> maybe =
        scene.items().stream()
            .filter(item -> item != anchor && lead(item, anchor, relation, scene) > -LEVEL)
            .toList();
    return maybe.size() == 1 && relation.holds(maybe.get(0).place(), anchor.place())
        ? Optional.of(maybe.get(0))
        : Optional.empty();
  }

  /**
   * Returns how far an item lies in the direction of a relation, as a fraction of the picture's
   * side.
   */
  private static double lead(Item item, Item anchor, Relation relation, Scene scene) {
    return switch (relation) {
      case LEFT_OF -> (anchor.x() - item.x()) / scene.width();
      case RIGHT_OF -> (item.x() - anchor.x()) / scene.width();
      case ABOVE -> (anchor.y() - item.y()) / scene.height();
      case BELOW -> (item.y() - anchor.y()) / scene.height();
    };
  }
}
