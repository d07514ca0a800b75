package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Rationale of an answer.
 *
 * @param seen the items that it is based on, in order; may be empty
 * @param words the steps from the items to the answer
 */
record Rationale(List<Item> seen, String words) {
  private static final String THEREFORE = ": ";
  private static final String NEXT = ", ";

  /** Returns a rationale that names the items. */
  static Rationale of(Item... seen) {
    List<Item> items = List.of(seen);
    return new Rationale(items, describe(items));
  }

  /** Returns a rationale without words. */
  static Rationale unsaid(List<Item> seen) {
    return new Rationale(seen, "");
  }

  /**
   * Returns a rationale that judges the items in order; items without a judgement are not named.
   */
  static Rationale of(List<Item> seen, List<String> judgements) {
    List<String> steps = new ArrayList<>();
    for (int i = 0; i < judgements.size(); i++) {
      steps.add(seen.get(i).wordsAndPlace() + THEREFORE + judgements.get(i));
    }
    return new Rationale(seen, String.join(NEXT, steps));
  }

  boolean isUnsaid() {
    return words.isEmpty();
  }

  /** Appends further steps. */
  Rationale then(List<String> steps) {
    return new Rationale(seen, concluding(String.join(NEXT, steps)));
  }

  /** Returns the words, followed by the answer. */
  String concluding(String answer) {
    return isUnsaid() ? answer : words + THEREFORE + answer;
  }

  /** Returns the conclusion of a detailed answer, or the whole of any other answer. */
  static String conclusion(String answer) {
    int end = answer.lastIndexOf(THEREFORE);
    return end < 0 ? answer : answer.substring(end + THEREFORE.length());
  }

  /** Returns the full description of the items. */
  String description() {
    return describe(seen);
  }

  private static String describe(List<Item> items) {
    return items.stream().map(Item::wordsAndPlace).collect(Collectors.joining(NEXT));
  }
}
