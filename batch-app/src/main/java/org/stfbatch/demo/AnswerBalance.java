package org.stfbatch.demo;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sees to it that all possible answers come equally often, for every kind of question and for every
 * text, so that nothing can be guessed without the picture. Not thread safe: what is asked depends
 * on what was asked before.
 */
final class AnswerBalance {
  /** How far above their fair number answers may be, and by how many in any case. */
  private static final double GROUP_TOLERANCE = 1.05;

  private static final double SUBJECT_TOLERANCE = 1.25;
  private static final int SLACK = 1;

  private final Map<String, Tally> groups = new HashMap<>();
  private final Map<String, Tally> subjects = new HashMap<>();

  private static final class Tally {
    private final Map<String, Integer> outcomes = new HashMap<>();
    private int total;

    void add(String outcome) {
      outcomes.merge(outcome, 1, Integer::sum);
      total++;
    }

    int of(String outcome) {
      return outcomes.getOrDefault(outcome, 0);
    }
  }

  /** The candidate whose answer is rarest so far; empty if all are too frequent already. */
  Optional<Candidate> choose(List<Candidate> candidates) {
    return candidates.stream()
        .filter(candidate -> isFair(candidate.lot()))
        .min(Comparator.comparingDouble(candidate -> excess(candidate.lot())));
  }

  /** Counts a question that is asked. */
  void add(Lot lot) {
    group(lot).add(lot.outcome());
    subject(lot).add(lot.outcome());
  }

  private boolean isFair(Lot lot) {
    return group(lot).of(lot.outcome()) <= GROUP_TOLERANCE * mean(group(lot), lot) + SLACK
        && subject(lot).of(lot.outcome()) <= SUBJECT_TOLERANCE * mean(subject(lot), lot) + SLACK;
  }

  private double excess(Lot lot) {
    return relativeExcess(group(lot), lot) + relativeExcess(subject(lot), lot);
  }

  private static double relativeExcess(Tally tally, Lot lot) {
    double mean = mean(tally, lot);
    return (tally.of(lot.outcome()) - mean) / (1 + mean);
  }

  private static double mean(Tally tally, Lot lot) {
    return (double) tally.total / lot.outcomes().size();
  }

  private Tally group(Lot lot) {
    return groups.computeIfAbsent(lot.group(), key -> new Tally());
  }

  private Tally subject(Lot lot) {
    return subjects.computeIfAbsent(lot.subject(), key -> new Tally());
  }
}
