package org.stfbatch.job.evaluate;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.stfbatch.evaluation.Score;

/**
 * What came out of an evaluation.
 *
 * @param questions how many the benchmark asks
 * @param answered how many of them have an answer
 * @param score empty if there is a problem
 * @param files that were written besides the raw answers
 * @param problem why there is no score: what the original's script would fail at
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
