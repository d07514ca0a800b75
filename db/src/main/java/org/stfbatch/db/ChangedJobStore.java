package org.stfbatch.db;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Replaces the content of stored jobs, which keep their {@code custom_id}. */
public final class ChangedJobStore {

  /**
   * One statement, so that a job always is in exactly one state (waiting, answered or failed). The
   * outcome of the old content is deleted; its sequence number is not reused, and the next outcome
   * is another attempt. The parts of a statement do not see each other's changes, so a row that
   * waits already is updated in place.
   */
  private static final String REPLACE =
      """
      with input as (
        select *
        from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as t (
          custom_id, source_id, question_id, category, image_ref, shard_offset, shard_length,
          image_key, prompt,
          max_new_tokens, temperature, top_p, seed, stop, choices,
          repetition_penalty, no_repeat_ngram_size, presence_penalty, frequency_penalty)
      ),
      changed as (
        update image_job job
        set
          source_id = input.source_id, question_id = input.question_id,
          category = input.category, image_ref = input.image_ref,
          shard_offset = input.shard_offset, shard_length = input.shard_length,
          image_key = input.image_key,
          prompt = input.prompt, max_new_tokens = input.max_new_tokens,
          temperature = input.temperature, top_p = input.top_p, seed = input.seed,
          stop = input.stop::text[], choices = input.choices::text[],
          repetition_penalty = input.repetition_penalty,
          no_repeat_ngram_size = input.no_repeat_ngram_size,
          presence_penalty = input.presence_penalty,
          frequency_penalty = input.frequency_penalty
        from input
        where job.run_id = ? and job.custom_id = input.custom_id
        returning job.run_id, job.job_id, job.image_key
      ),
      answers as (
        delete from answer using changed
        where answer.run_id = changed.run_id and answer.job_id = changed.job_id
        returning answer.run_id, answer.job_id, answer.attempt, answer.reused_run
      ),
      failures as (
        delete from failure using changed
        where failure.run_id = changed.run_id and failure.job_id = changed.job_id
        returning failure.*
      ),
      kept as (
        %s
        select %s from failures
      ),
      ended as (
        select
          run_id, job_id, attempt, 1 as answer, 0 as failure,
          (attempt > 1)::int as later, (reused_run is not null)::int as reused
        from answers
        union all
        select run_id, job_id, attempt, 0, 1, 0, 0 from failures
      ),
      counted as (
        insert into run_count (run_id, answers, failures, retried, later_answers, reused_answers)
        select run_id, -sum(answer), -sum(failure), sum(failure), -sum(later), -sum(reused)
        from ended
        group by run_id
      ),
      attempts as (
        delete from job_attempt using changed where job_attempt.job_id = changed.job_id
      ),
      queued as (
        insert into waiting_job (run_id, job_id, image_key, attempt)
        select changed.run_id, changed.job_id, changed.image_key, coalesce(ended.attempt + 1, 1)
        from changed left join ended using (job_id)
        on conflict (job_id) do update set image_key = excluded.image_key
      )
      select (select count(*) from changed), (select count(*) from answers)
      """
          .formatted(PastFailures.INSERT, PastFailures.COLUMNS);

  private final JdbcTemplate template;

  public ChangedJobStore(DataSource dataSource) {
    this.template = new JdbcTemplate(dataSource);
  }

  /**
   * Counts of a replacement.
   *
   * @param jobs that were replaced and wait for an answer
   * @param answers to the old contents that were deleted
   */
  public record Replaced(long jobs, long answers) {
    public static final Replaced NONE = new Replaced(0, 0);

    /** Returns the sum. */
    public Replaced plus(Replaced other) {
      return new Replaced(jobs + other.jobs, answers + other.answers);
    }
  }

  /**
   * Replaces the content of the run's jobs with these names and queues them for an answer. The
   * caller holds the run's lock.
   *
   * @param jobs none of them rejected, their names distinct
   */
  public Replaced replace(long runId, List<NewImageJob> jobs) {
    return template.query(
        REPLACE,
        statement -> set(statement, runId, jobs),
        rows -> {
          rows.next();
          return new Replaced(rows.getLong(1), rows.getLong(2));
        });
  }

  private static void set(PreparedStatement statement, long runId, List<NewImageJob> jobs)
      throws SQLException {
    new ArrayParameters<>(statement, jobs, 1)
        .with(JobColumns::addIdentity)
        .texts(Fingerprints::imageKey)
        .texts(job -> job.prompt().text())
        .with(JobColumns::addSettings);
    statement.setLong(20, runId);
  }
}
