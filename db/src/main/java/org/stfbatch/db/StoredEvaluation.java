package org.stfbatch.db;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a run that answered a benchmark is worth.
 *
 * @param runId the run
 * @param benchmark its name
 * @param dataFolder where its data set was
 * @param strict whether the repaired variant of the original's scorer was used
 * @param questions how many the benchmark asks
 * @param answered how many of them the run has an answer to
 * @param published the paper's figure; empty if the paper has none
 * @param figures in the order in which they are shown
 * @param problem why there is no score
 * @param scoredAt to the microsecond
 */
public record StoredEvaluation(
    long runId,
    String benchmark,
    String dataFolder,
    boolean strict,
    long questions,
    long answered,
    OptionalDouble published,
    List<Figure> figures,
    Optional<String> problem,
    Instant scoredAt) {
  public StoredEvaluation {
    figures = List.copyOf(figures);
    problem = problem.map(StoredText::readable);
    scoredAt = Rows.storablePrecision(scoredAt);
  }

  /**
   * A figure.
   *
   * @param name what was measured
   * @param value of it
   * @param isHeadline whether it is the one that the paper's table shows
   */
  public record Figure(String name, double value, boolean isHeadline) {
    public Figure {
      name = StoredText.readable(name);
    }
  }

  /** The figure that the paper's table shows. */
  public OptionalDouble headline() {
    return figures.stream().filter(Figure::isHeadline).mapToDouble(Figure::value).findFirst();
  }
}
