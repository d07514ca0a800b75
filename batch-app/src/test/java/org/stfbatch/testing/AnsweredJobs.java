package org.stfbatch.testing;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Answers the waiting jobs of a run without a model. */
public final class AnsweredJobs {
  private AnsweredJobs() {}

  /**
   * Stores an answer to each of the first waiting jobs, in ingest order: {@code answer to} and the
   * job's {@code custom_id}.
   */
  public static void store(DataSource dataSource, String run, int most) {
    JdbcClient.create(dataSource)
        .sql(
            """
            with done as (
              delete from waiting_job where job_id in (
                select job_id from waiting_job join run using (run_id)
                where name = :run
                order by job_id limit :most)
              returning run_id, job_id),
            counted as (
              insert into outcome_counter (run_id, last_sequence)
              select run_id, count(*) from done group by run_id
              on conflict (run_id) do update
              set last_sequence = outcome_counter.last_sequence + excluded.last_sequence)
            insert into answer (
              sequence, run_id, job_id, text, finish_reason, prompt_tokens, vision_tokens, generated_tokens,
              queue_seconds, prefill_seconds, decode_seconds, model_name, model_fingerprint, answered_at)
            select
              coalesce((select last_sequence from outcome_counter c where c.run_id = done.run_id), 0)
                + row_number() over (order by job_id),
              done.run_id, job_id, 'answer to ' || custom_id, 'eos', 60, 144, 50,
              0.1, 0.2, 0.3, 'model', 'fingerprint', timestamptz '2026-01-02 03:04:05Z'
            from done join image_job using (job_id)
            """)
        .param("run", run)
        .param("most", most)
        .update();
  }
}
