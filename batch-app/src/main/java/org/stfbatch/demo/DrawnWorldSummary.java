package org.stfbatch.demo;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts of a written world.
 *
 * @param images valid pictures
 * @param questions all questions, including those that must fail
 * @param expectedFailures number of jobs that must fail, by code
 */
public record DrawnWorldSummary(
    int images, int questions, SortedMap<String, Integer> expectedFailures) {
  public DrawnWorldSummary {
    expectedFailures = Collections.unmodifiableSortedMap(new TreeMap<>(expectedFailures));
  }

  /** Returns the number of jobs that must be answered. */
  public int expectedAnswers() {
    return questions - expectedFailures.values().stream().mapToInt(Integer::intValue).sum();
  }
}
