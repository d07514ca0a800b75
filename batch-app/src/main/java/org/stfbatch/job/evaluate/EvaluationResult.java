package org.stfbatch.job.evaluate;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.stfbatch.evaluation.Score;

/**
 * Result of an evaluation.
 *
 * @param questions the number of questions of the benchmark
 * @param answered the number of them that have an answer
 * @param score empty if there is a problem
 * @param files written in addition to the raw answers
 * @param problem why there is no score: the error at which the original script would fail
 */
public record EvaluationResult(
    long questions,
    long answered,
    Optional<Score> score,
    List<Path> files,
    Optional<String> problem) {
  public EvaluationResult {
    files = List.copyOf(files);
  }
}
