package org.stfbatch.db;

import java.util.Collections;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a run is, at one moment.
 *
 * @param run its name
 * @param jobs all image jobs; always {@code answered + failed + waiting}
 * @param answered jobs with an answer
 * @param failed jobs with a failure
 * @param waiting jobs with neither
 * @param failures how many failed with which code, by code
 * @param imagesPerSecond of the newest attempt at answering the run; 0 if unknown
 * @param questionsPerSecond jobs with an outcome per second of that attempt; 0 if unknown
 * @param etaSeconds how long the waiting jobs take at that rate; empty if the rate is unknown or
 *     nothing is waiting
 */
public record RunStatus(
    String run,
    long jobs,
    long answered,
    long failed,
    long waiting,
    SortedMap<String, Long> failures,
    double imagesPerSecond,
    double questionsPerSecond,
    OptionalDouble etaSeconds) {

  public RunStatus {
    failures = Collections.unmodifiableSortedMap(new TreeMap<>(failures));
  }

  /** Whether the run is done and has failures alone. */
  public boolean nothingSucceeded() {
    return waiting == 0 && answered == 0 && failed > 0;
  }
}
