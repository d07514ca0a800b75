package org.stfbatch.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Result of a benchmark.
 *
 * @param headline the metric of the paper's table; empty if only a server or a judge can compute it
 * @param details further metrics, as printed by the original's scripts
 * @param files for a server or judge, or written by the original's scripts in addition
 * @param notes what readers must know about the metrics, one line each
 */
public record Score(
    Optional<Metric> headline, List<Metric> details, List<OutputFile> files, List<String> notes) {
  public Score {
    details = List.copyOf(details);
    files = List.copyOf(files);
    notes = List.copyOf(notes);
  }

  /**
   * Metric.
   *
   * @param name of the metric
   * @param value in percent where the original prints percent
   */
  public record Metric(String name, double value) {}

  static Score of(String name, double value) {
    return new Score(Optional.of(new Metric(name, value)), List.of(), List.of(), List.of());
  }

  /** Returns a score that only a server or a judge can compute. */
  static Score external(String note) {
    return new Score(Optional.empty(), List.of(), List.of(), List.of(note));
  }

  Score with(List<Metric> moreDetails) {
    List<Metric> all = new ArrayList<>(details);
    all.addAll(moreDetails);
    return new Score(headline, all, files, notes);
  }

  Score with(String name, double value) {
    return with(List.of(new Metric(name, value)));
  }

  Score with(OutputFile file) {
    List<OutputFile> all = new ArrayList<>(files);
    all.add(file);
    return new Score(headline, details, all, notes);
  }

  Score withNotes(List<String> moreNotes) {
    List<String> all = new ArrayList<>(notes);
    all.addAll(moreNotes);
    return new Score(headline, details, files, all);
  }
}
