package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** How many there are of something that is there. */
final class CountQuestions {
  private static final List<String> COUNTS = List.of("1", "2", "3", "4", "5");

  private record Group(String plural, Predicate<Item> members) {}

  private CountQuestions() {}

  static Optional<Candidate> count(Inquiry inquiry) {
    Group group = anyGroupOf(inquiry.anyItem(), inquiry);
    String text =
        inquiry.any("How many %s are there?", "How many %s can you see?").formatted(group.plural());
    List<Item> items = inquiry.scene().items();
    String answer = Integer.toString(inquiry.scene().count(group.members()));
    String rationale = countAloud(items, group);
    return Optional.of(Candidate.of(Category.COUNT, text, rationale, answer, COUNTS));
  }

  /** Goes through all items and says at each whether it counts, and as the how manieth. */
  private static String countAloud(List<Item> items, Group group) {
    List<String> steps = new ArrayList<>();
    int count = 0;
    for (Item item : items) {
      String step = group.members().test(item) ? Integer.toString(++count) : YesNo.NO;
      steps.add(item.wordsAndPlace() + ": " + step);
    }
    return String.join(", ", steps);
  }

  private static Group anyGroupOf(Item item, Inquiry inquiry) {
    Group alike = new Group(item.shape().plural(), other -> other.shape() == item.shape());
    return inquiry.any(
        new Group("objects", other -> true),
        alike,
        alike,
        new Group(item.colour().word() + " objects", other -> other.colour() == item.colour()));
  }
}
