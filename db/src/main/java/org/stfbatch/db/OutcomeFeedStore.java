package org.stfbatch.db;

import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Keyset-paged reader of a run's outcomes in commit order. New outcomes always get higher sequence
 * numbers than those already read.
 */
public final class OutcomeFeedStore {

  /** Both halves are range scans of an index by sequence; their union is limited to the page. */
  private static final String AFTER =
      """
      select
        outcome.*, job.custom_id, job.question_id, job.category,
        case
          when job.shard_offset is not null then job.image_ref
          when job.image_ref is not null then job.image_key
        end as image, job.prompt,
        job.trace_id
      from (
        (
          select
            sequence, job_id, true as answered, text, text_utf8, finish_reason,
            prompt_tokens, vision_tokens, generated_tokens,
            queue_seconds, prefill_seconds, decode_seconds,
            model_name, model_fingerprint, compression, weight_format, answered_at,
            choices, log_probabilities, reused_run, reused_custom_id, attempt,
            false as failed, null as stage, null as code, null as message, 0 as attempts,
            null::timestamptz as failed_at
          from answer
          where run_id = :run and sequence > :after
          order by sequence
          limit :limit
        )
        union all
        (
          select
            sequence, job_id, false, null, null, null, 0, 0, 0, 0, 0, 0, null, null, null, null, null,
            null, null, null, null, attempt, true, stage, code, message, attempts, failed_at
          from failure
          where run_id = :run and sequence > :after
          order by sequence
          limit :limit
        )
        order by sequence
        limit :limit
      ) outcome
      cross join lateral (
        select * from image_job where image_job.job_id = outcome.job_id offset 0
      ) job
      order by sequence
      """;

  private final JdbcClient jdbc;

  public OutcomeFeedStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /**
   * Returns the next outcomes: those of sequence {@code after + 1}, {@code after + 2}, and so on.
   * The only gaps are outcomes that were deleted, for example for a retry. The cost does not depend
   * on the number of outcomes of the run.
   *
   * @param limit the most outcomes to return
   * @return fewer than {@code limit} only if there are no more now
   */
  public List<OutcomeRow> after(long runId, long after, int limit) {
    return jdbc.sql(AFTER)
        .param("run", runId)
        .param("after", after)
        .param("limit", limit)
        .query(
            (row, n) ->
                new OutcomeRow(
                    row.getLong("sequence"),
                    ExportStore.exportRow(row),
                    Rows.text(row, "trace_id")))
        .list();
  }

  /** Returns the sequence number of the run's last outcome; 0 if there is none yet. */
  public long lastSequence(long runId) {
    return jdbc.sql(
            """
            select coalesce(
              (select last_sequence from outcome_counter where run_id = :run), 0)
            """)
        .param("run", runId)
        .query(Long.class)
        .single();
  }
}
