package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Questions about the number of items of a group that occurs in the scene. */
final class CountQuestions {
  private static final List<String> COUNTS = List.of("1", "2", "3", "4", "5");

  private CountQuestions() {}

  static Optional<Candidate> count(Inquiry inquiry) {
    Group group = anyGroupOf(inquiry.anyItem(), inquiry);
    String text =
        inquiry.any("How many %s are there?", "How many %s can you see?").formatted(group.plural());
    List<Item> items = inquiry.scene().items();
    String answer = Integer.toString(inquiry.scene().count(group::includes));
    Rationale rationale = Rationale.of(items, countAloud(items, group));
    return Optional.of(Candidate.of(Category.COUNT, text, rationale, answer, COUNTS));
  }

  /**
   * Returns, for each item, "no" if it is not in the group, or else its number within the group.
   */
  private static List<String> countAloud(List<Item> items, Group group) {
    List<String> judgements = new ArrayList<>();
    int count = 0;
    for (Item item : items) {
      String judgement = group.includes(item) ? Integer.toString(++count) : YesNo.NO;
      judgements.add(group.judge(item, judgement));
    }
    return judgements;
  }

  private static Group anyGroupOf(Item item, Inquiry inquiry) {
    Group alike = Group.of(item.shape());
    return inquiry.any(Group.ALL, alike, alike, Group.of(item.colour()));
  }
}
