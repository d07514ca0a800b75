package org.stfbatch.job.evaluate;

import java.nio.file.Path;
import org.stfbatch.evaluation.Benchmark;
import org.stfbatch.evaluation.DataFolder;
import org.stfbatch.evaluation.Variant;

/**
 * What is evaluated.
 *
 * @param benchmark asks the questions
 * @param data its data set, checked
 * @param questions how many it asks
 * @param variant how answers are scored
 * @param out the folder for the raw answers and for what servers and judges are sent
 */
public record EvaluationPlan(
    Benchmark benchmark, DataFolder data, long questions, Variant variant, Path out) {
  /** The same with another folder for what comes out. */
  public EvaluationPlan into(Path folder) {
    return new EvaluationPlan(benchmark, data, questions, variant, folder);
  }
}
