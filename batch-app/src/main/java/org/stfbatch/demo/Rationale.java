package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What an answer follows from.
 *
 * @param seen the items that are looked at, in that order; empty where nothing is
 * @param words that lead from them to the answer
 */
record Rationale(List<Item> seen, String words) {
  private static final String THEREFORE = ": ";
  private static final String NEXT = ", ";

  /** Names what is looked at. */
  static Rationale of(Item... seen) {
    List<Item> items = List.of(seen);
    return new Rationale(items, describe(items));
  }

  /** Looks at items without a word. */
  static Rationale unsaid(List<Item> seen) {
    return new Rationale(seen, "");
  }

  /** Judges one item after the other; those without a judgement are not named. */
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

  /** Goes on with what follows, step by step. */
  Rationale then(List<String> steps) {
    return new Rationale(seen, concluding(String.join(NEXT, steps)));
  }

  /** The words with the answer behind them. */
  String concluding(String answer) {
    return isUnsaid() ? answer : words + THEREFORE + answer;
  }

  /** What an answer in detail concludes with; all of any other answer. */
  static String conclusion(String answer) {
    int end = answer.lastIndexOf(THEREFORE);
    return end < 0 ? answer : answer.substring(end + THEREFORE.length());
  }

  /** All that can be said of what is looked at. */
  String description() {
    return describe(seen);
  }

  private static String describe(List<Item> items) {
    return items.stream().map(Item::wordsAndPlace).collect(Collectors.joining(NEXT));
  }
}
