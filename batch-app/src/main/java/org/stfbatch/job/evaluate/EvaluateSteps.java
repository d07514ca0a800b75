package org.stfbatch.job.evaluate;

import java.util.Optional;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.stfbatch.db.EvaluationStore;
import org.stfbatch.db.Run;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.InputException;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;
import org.stfbatch.job.infer.ModelName;

/**
 * The steps of a benchmark's job before and after the inference step: the first stores the
 * questions as jobs of the run, the second scores the answers. Both can be repeated at any time:
 * questions that the run already has are not changed, and a new score replaces the previous one.
 */
public final class EvaluateSteps {
  private final BatchRuntime batch;
  private final Run run;
  private final EvaluationPlan plan;
  private final ModelName model;
  private EvaluationResult result;

  /**
   * @param run answers only this benchmark
   * @param model the model that answers
   */
  public EvaluateSteps(BatchRuntime batch, Run run, EvaluationPlan plan, ModelName model) {
    this.batch = batch;
    this.run = run;
    this.plan = plan;
    this.model = model;
  }

  /**
   * Verifies that no other model has answered a part of the run. A different compression strategy
   * or weight format is refused by the inference job.
   *
   * @throws InputException if another model, or the same one with another dtype, answered a part
   */
  public void check() {
    new EvaluationStore(batch.dataSource())
        .otherModel(run.runId(), model.identity().fingerprint())
        .ifPresent(
            other -> {
              throw new InputException(
                  "run %s has answers of another model (%s, with other weights or settings): give the new ones a name of their own with --run"
                      .formatted(run.name(), other));
            });
  }

  /**
   * Returns the steps before and after the inference step.
   *
   * @param stop ends the job before its next commit
   */
  public InferJob.Around around(StopSignal stop) {
    return new InferJob.Around(
        Optional.of(() -> step("ask", new AskTasklet(run.runId(), plan, batch.dataSource(), stop))),
        Optional.of(
            () ->
                step("score", new ScoreTasklet(run, plan, batch.dataSource(), model, this::keep))));
  }

  /** Returns the result; empty before the job has ended. */
  public Optional<EvaluationResult> result() {
    return Optional.ofNullable(result);
  }

  private void keep(EvaluationResult newest) {
    result = newest;
  }

  /**
   * Runs the tasklet without a transaction, so that each statement commits: a benchmark may hold
   * hundreds of megabytes of images.
   */
  private Step step(String name, Tasklet tasklet) {
    return new StepBuilder(name, batch.jobRepository())
        .observationRegistry(batch.observations())
        .tasklet(tasklet, batch.transactionManager())
        .transactionAttribute(
            new DefaultTransactionAttribute(TransactionDefinition.PROPAGATION_NOT_SUPPORTED))
        .allowStartIfComplete(true)
        .build();
  }
}
