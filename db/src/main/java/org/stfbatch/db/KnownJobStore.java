package org.stfbatch.db;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Compares new jobs with the stored jobs of a run that have the same {@code custom_id}. */
public final class KnownJobStore {

  /**
   * A rejected job has no content to compare: it equals a rejected job with the same code, and
   * differs from every other job. The image folder is compared only if the image is a path below
   * it.
   */
  private static final String OTHER_CONTENT =
      """
      with input as (
        select *
        from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as t (
          custom_id, source_id, question_id, category, image_ref, shard_offset, shard_length, prompt,
          max_new_tokens, temperature, top_p, seed, stop, choices,
          repetition_penalty, no_repeat_ngram_size, presence_penalty, frequency_penalty,
          code)
      )
      select
        job.custom_id, job.job_id,
        coalesce(stored.location = given.location and stored.kind = given.kind, true) as same_source
      from input
      join image_job job on job.run_id = ? and job.custom_id = input.custom_id
      left join job_source given on given.source_id = input.source_id
      left join job_source stored on stored.source_id = job.source_id
      left join failure on failure.run_id = job.run_id and failure.job_id = job.job_id
        and failure.stage = 'ingest'
      where
        failure.code is distinct from input.code
        or (input.code is null and (
          row (
            job.question_id, job.category, job.image_ref, job.shard_offset, job.shard_length,
            job.prompt,
            job.max_new_tokens, job.temperature, job.top_p, job.seed, job.stop, job.choices,
            job.repetition_penalty, job.no_repeat_ngram_size,
            job.presence_penalty, job.frequency_penalty)
          is distinct from row (
            input.question_id, input.category, input.image_ref, input.shard_offset,
            input.shard_length, input.prompt,
            input.max_new_tokens, input.temperature, input.top_p, input.seed,
            input.stop::text[], input.choices::text[],
            input.repetition_penalty, input.no_repeat_ngram_size,
            input.presence_penalty, input.frequency_penalty)
          or (
            stored.image_root is distinct from given.image_root
            and input.image_ref !~* '^(data:|https?://)')))
      """;

  private static final String NEWEST =
      "select coalesce(max(job_id), 0) from image_job where run_id = ?";

  private static final String EXISTING =
      "select custom_id from image_job where run_id = ? and custom_id = any(?)";

  private static final String ALL =
      """
      select custom_id, question_id, category, image_ref, prompt
      from image_job job
      left join job_source source using (source_id)
      where job.run_id = ? and (source.image_root = ? or source.image_root is null)
      """;

  private static final int ROWS_AT_ONCE = 1000;

  private final JdbcTemplate template;
  private final TransactionTemplate transaction;

  public KnownJobStore(DataSource dataSource) {
    this.template = new JdbcTemplate(dataSource);
    this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
  }

  /**
   * A stored job with the same {@code custom_id} and other content.
   *
   * @param sameSource whether it came from the same file, folder or topic
   */
  public record Other(long jobId, boolean sameSource) {}

  /** Returns the highest job id of the run; 0 if it has no jobs. */
  public long newest(long runId) {
    Long newest = template.queryForObject(NEWEST, Long.class, runId);
    return newest == null ? 0 : newest;
  }

  /**
   * Returns the stored jobs of the run that have the {@code custom_id} of one of the jobs and
   * another prompt or other settings.
   *
   * @return stored jobs by {@code custom_id}
   */
  public Map<String, Other> withOtherContent(long runId, List<NewImageJob> jobs) {
    Map<String, Other> others = new HashMap<>();
    template.query(
        OTHER_CONTENT,
        statement -> set(statement, runId, jobs),
        row -> {
          others.put(row.getString(1), new Other(row.getLong(2), row.getBoolean(3)));
        });
    return others;
  }

  /**
   * Reads all jobs of a run whose image folder is the given one, and those without an image folder.
   *
   * @param action receives {@code custom_id} and prompt of each job
   */
  public void each(long runId, String imageRoot, BiConsumer<String, ImagePrompt> action) {
    transaction.executeWithoutResult(
        status ->
            template.query(
                connection -> {
                  // The driver streams rows only inside a transaction and with a fetch size.
                  PreparedStatement statement = connection.prepareStatement(ALL);
                  statement.setFetchSize(ROWS_AT_ONCE);
                  statement.setLong(1, runId);
                  statement.setString(2, imageRoot);
                  return statement;
                },
                row -> {
                  action.accept(
                      row.getString("custom_id"),
                      new ImagePrompt(
                          Rows.text(row, "question_id"),
                          Rows.text(row, "category"),
                          Rows.text(row, "image_ref"),
                          row.getString("prompt")));
                }));
  }

  /** Returns those of the names that jobs of the run have. */
  public Set<String> existing(long runId, Collection<String> customIds) {
    return Set.copyOf(
        template.query(
            EXISTING,
            statement -> {
              statement.setLong(1, runId);
              statement.setArray(
                  2, statement.getConnection().createArrayOf("text", customIds.toArray()));
            },
            (row, n) -> row.getString(1)));
  }

  private static void set(PreparedStatement statement, long runId, List<NewImageJob> jobs)
      throws SQLException {
    new ArrayParameters<>(statement, jobs, 1)
        .with(JobColumns::addIdentity)
        .texts(job -> job.prompt().text())
        .with(JobColumns::addSettings)
        .texts(job -> job.rejection().map(JobFailure::code).orElse(null));
    statement.setLong(20, runId);
  }
}
