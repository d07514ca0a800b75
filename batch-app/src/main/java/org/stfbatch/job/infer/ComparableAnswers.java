package org.stfbatch.job.infer;

import javax.sql.DataSource;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunModelStore;
import org.stfbatch.job.InputException;

/**
 * Verifies that a run's answers remain comparable: one compression strategy and one weight format
 * for each run.
 */
public final class ComparableAnswers {
  private final RunModelStore models;

  public ComparableAnswers(DataSource dataSource) {
    this.models = new RunModelStore(dataSource);
  }

  /**
   * Compares a model with one stored answer; all answers of a run have the same compression
   * strategy and weight format.
   *
   * @param model the model that is to answer the remaining jobs
   * @throws InputException if the run has answers with another compression strategy or weight
   *     format; another checkpoint is allowed
   */
  public void require(Run run, ModelIdentity model) {
    models
        .first(run.runId())
        .filter(before -> !before.hasSettingsOf(model))
        .ifPresent(
            before -> {
              throw new InputException(
                  "run %s has answers with %s, and these would be with %s: give them a run of their own with --run"
                      .formatted(run.name(), before.settings(), model.settings()));
            });
  }
}
