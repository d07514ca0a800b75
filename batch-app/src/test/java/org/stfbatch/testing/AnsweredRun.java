package org.stfbatch.testing;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Run with one answered job. */
public final class AnsweredRun {
  private AnsweredRun() {}

  /**
   * Stores the run as if its job had been answered with a compression strategy and unquantized
   * weights.
   */
  public static void store(DataSource dataSource, String run, String compression) {
    JdbcClient.create(dataSource)
        .sql(
            """
            with made as (insert into run (name) values (:run) returning run_id),
            job as (
              insert into image_job (run_id, custom_id, image_key, prompt)
              select run_id, 'answered', '', 'What?' from made
              returning run_id, job_id
            )
            insert into answer (
              run_id, job_id, sequence, text, finish_reason, prompt_tokens, vision_tokens, generated_tokens,
              queue_seconds, prefill_seconds, decode_seconds, model_name, model_fingerprint, compression, answered_at)
            select run_id, job_id, 1, 'x', 'eos', 1, 0, 1, 0, 0, 0, 'm', 'f', :compression, now() from job
            """)
        .param("run", run)
        .param("compression", compression)
        .update();
  }
}
