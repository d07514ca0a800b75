package org.stfbatch.demo;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Balances answers: keeps all possible answers equally frequent, for each kind of question and for
 * each question text, so that guessing without the picture gains nothing. Not thread safe: each
 * choice depends on the questions chosen before.
 */
final class AnswerBalance {
  /** Factor and absolute number by which an answer may exceed its expected count. */
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

  /** Returns the candidate whose answer is rarest so far; empty if all are too frequent already. */
  Optional<Candidate> choose(List<Candidate> candidates) {
    return candidates.stream()
        .filter(candidate -> isFair(candidate.outcome()))
        .min(Comparator.comparingDouble(candidate -> excess(candidate.outcome())));
  }

  /** Counts a question that was chosen. */
  void add(BalancedOutcome outcome) {
    group(outcome).add(outcome.value());
    subject(outcome).add(outcome.value());
  }

  private boolean isFair(BalancedOutcome outcome) {
    return group(outcome).of(outcome.value())
            <= GROUP_TOLERANCE * mean(group(outcome), outcome) + SLACK
        && subject(outcome).of(outcome.value())
            <= SUBJECT_TOLERANCE * mean(subject(outcome), outcome) + SLACK;
  }

  private double excess(BalancedOutcome outcome) {
    return relativeExcess(group(outcome), outcome) + relativeExcess(subject(outcome), outcome);
  }

  private static double relativeExcess(Tally tally, BalancedOutcome outcome) {
    double mean = mean(tally, outcome);
    return (tally.of(outcome.value()) - mean) / (1 + mean);
  }

  private static double mean(Tally tally, BalancedOutcome outcome) {
    return (double) tally.total / outcome.possible().size();
  }

  private Tally group(BalancedOutcome outcome) {
    return groups.computeIfAbsent(outcome.group(), key -> new Tally());
  }

  private Tally subject(BalancedOutcome outcome) {
    return subjects.computeIfAbsent(outcome.subject(), key -> new Tally());
  }
}
