package org.stfbatch.db;

import java.util.Collections;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Progress of a run at one moment.
 *
 * @param run name of the run
 * @param jobs all image jobs; always {@code answered + failed + waiting}
 * @param answered jobs with an answer
 * @param failed jobs with a failure
 * @param waiting jobs with neither
 * @param failures number of failures by code
 * @param retries what became of retried failures
 * @param reused of the answered jobs, those whose answer was reused
 * @param imagesPerSecond throughput of the latest attempt in images per second, reused answers left
 *     out; 0 if unknown
 * @param questionsPerSecond throughput of the latest attempt in jobs with an outcome per second,
 *     reused answers left out; 0 if unknown
 * @param etaSeconds remaining time at the throughput of the latest attempt, reused answers
 *     included; empty if it is unknown or no job waits
 */
public record RunStatus(
    String run,
    long jobs,
    long answered,
    long failed,
    long waiting,
    SortedMap<String, Long> failures,
    Retries retries,
    long reused,
    double imagesPerSecond,
    double questionsPerSecond,
    OptionalDouble etaSeconds) {

  public RunStatus {
    failures = Collections.unmodifiableSortedMap(new TreeMap<>(failures));
  }

  /**
   * Retried failures of a run.
   *
   * @param failures that were retried; a job counts once for each
   * @param answered answers of a second or later attempt
   */
  public record Retries(long failures, long answered) {}

  /** Returns whether the run is complete and all of its jobs failed. */
  public boolean nothingSucceeded() {
    return waiting == 0 && answered == 0 && failed > 0;
  }
}
