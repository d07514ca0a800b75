package org.stfbatch.db;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Benchmark score of a run.
 *
 * @param runId the run
 * @param benchmark name of the benchmark
 * @param dataFolder folder of the data set
 * @param strict whether the corrected variant of the original scorer was used
 * @param questions number of questions of the benchmark
 * @param answered number of questions that the run has answered
 * @param published the paper's figure; empty if the paper has none
 * @param figures in display order
 * @param problem why there is no score; empty if there is one
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
   * A figure of the score.
   *
   * @param name of the measure
   * @param value of the measure
   * @param isHeadline whether it is the figure of the paper's table
   */
  public record Figure(String name, double value, boolean isHeadline) {
    public Figure {
      name = StoredText.readable(name);
    }
  }

  /** Returns the figure of the paper's table. */
  public OptionalDouble headline() {
    return figures.stream().filter(Figure::isHeadline).mapToDouble(Figure::value).findFirst();
  }
}
