package org.stfbatch.demo;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was written.
 *
 * @param images good pictures
 * @param questions questions asked, those that must fail included
 * @param expectedFailures how many jobs must fail with which code
 */
public record DrawnWorldSummary(
    int images, int questions, SortedMap<String, Integer> expectedFailures) {
  public DrawnWorldSummary {
    expectedFailures = Collections.unmodifiableSortedMap(new TreeMap<>(expectedFailures));
  }

  /** How many jobs must be answered. */
  public int expectedAnswers() {
    return questions - expectedFailures.values().stream().mapToInt(Integer::intValue).sum();
  }
}
