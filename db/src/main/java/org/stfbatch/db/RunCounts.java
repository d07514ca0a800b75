package org.stfbatch.db;

/** SQL of a run's counts, summed over the increments that run_count holds. */
final class RunCounts {
  private RunCounts() {}

  /**
   * Returns a select of one row with the columns jobs, answered, failed, waiting, retried,
   * later_answers and reused_answers.
   *
   * @param run an expression for the run's id
   */
  static String of(String run) {
    return """
    select
      coalesce(sum(jobs), 0) as jobs,
      coalesce(sum(answers), 0) as answered,
      coalesce(sum(failures), 0) as failed,
      coalesce(sum(jobs - answers - failures), 0) as waiting,
      coalesce(sum(retried), 0) as retried,
      coalesce(sum(later_answers), 0) as later_answers,
      coalesce(sum(reused_answers), 0) as reused_answers
    from run_count
    where run_count.run_id = %s
    """
        .formatted(run);
  }
}
