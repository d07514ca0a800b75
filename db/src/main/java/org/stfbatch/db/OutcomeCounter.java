package org.stfbatch.db;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Allocator of the sequence numbers of a run's outcomes. Call every method in a transaction: the
 * first call locks the run's counter until the transaction ends, so that numbers are committed in
 * their order.
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
   * Reserves sequence numbers.
   *
   * @return the number before the first reserved one
   */
  long reserve(long runId, int count) {
    Long last = template.queryForObject(RESERVE, Long.class, runId, count);
    return last - count;
  }

  /** Releases the last of the reserved numbers. Unused numbers would leave a permanent gap. */
  void release(long runId, int count) {
    if (count > 0) {
      template.update(
          "update outcome_counter set last_sequence = last_sequence - ? where run_id = ?",
          count,
          runId);
    }
  }
}
