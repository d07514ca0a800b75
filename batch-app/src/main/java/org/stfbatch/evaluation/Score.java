package org.stfbatch.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What came out of a benchmark.
 *
 * @param headline the figure that the paper's table shows; empty if only a server or a judge can
 *     tell it
 * @param details further figures, as the original's scripts print them
 * @param files to be sent to a server or judge, or that the original's scripts write beside
 * @param notes what people must know to read the figures, a line each
 */
public record Score(
    Optional<Metric> headline, List<Metric> details, List<OutputFile> files, List<String> notes) {
  public Score {
    details = List.copyOf(details);
    files = List.copyOf(files);
    notes = List.copyOf(notes);
  }

  /**
   * A figure.
   *
   * @param name what was measured
   * @param value in percent where the original prints percent
   */
  public record Metric(String name, double value) {}

  static Score of(String name, double value) {
    return new Score(Optional.of(new Metric(name, value)), List.of(), List.of(), List.of());
  }

  /** A score that only a server or a judge can tell. */
  static Score elsewhere(String note) {
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
