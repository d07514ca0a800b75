package org.stfbatch.db;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Numbers the outcomes of a run. Every method belongs into a transaction: from the first call to
 * its end, no other transaction gets numbers of that run, so that they are committed in their
 * order.
 */
final class OutcomeCounter {

  private static final String RESERVE =
      """
      insert into outcome_counter as counter (run_id, last_sequence) values (?, ?)
      on conflict (run_id) do update
      set last_sequence = counter.last_sequence + excluded.last_sequence
      returning last_sequence
      """;

  private final JdbcTemplate template;

  OutcomeCounter(JdbcTemplate template) {
    this.template = template;
  }

  /**
   * Takes numbers.
   *
   * @return the number before the first one taken
   */
  long reserve(long runId, int count) {
    Long last = template.queryForObject(RESERVE, Long.class, runId, count);
    return last - count;
  }

  /** Gives the last of the numbers taken back: a gap would never be filled. */
  void giveBack(long runId, int count) {
    if (count > 0) {
      template.update(
          "update outcome_counter set last_sequence = last_sequence - ? where run_id = ?",
          count,
          runId);
    }
  }
}
