package org.stfbatch.job.evaluate;

import java.nio.file.Path;
import org.stfbatch.evaluation.Benchmark;
import org.stfbatch.evaluation.DataFolder;
import org.stfbatch.evaluation.Variant;

/**
 * Benchmark to run, with its data and scoring variant.
 *
 * @param benchmark the benchmark
 * @param data its data set, already checked
 * @param questions the number of its questions
 * @param variant the scoring variant
 * @param out the folder for the raw answers and for the files to submit to evaluation servers and
 *     judges
 */
public record EvaluationPlan(
    Benchmark benchmark, DataFolder data, long questions, Variant variant, Path out) {
  /** Returns this plan with another output folder. */
  public EvaluationPlan into(Path folder) {
    return new EvaluationPlan(benchmark, data, questions, variant, folder);
  }
}
