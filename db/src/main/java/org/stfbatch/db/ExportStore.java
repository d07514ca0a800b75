package org.stfbatch.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Streaming reader of all jobs of a run with their outcomes, in constant memory. */
public final class ExportStore {

  private static final int ROWS_AT_A_TIME = 500;

  private static final String ALL_JOBS =
      """
      select
        j.job_id, j.custom_id, j.question_id, j.category,
        case
          when j.shard_offset is not null then j.image_ref
          when j.image_ref is not null then j.image_key
        end as image, j.prompt, s.image_root, coalesce(s.from_outside, false) as from_outside,
        s.location as shard, j.shard_offset, j.shard_length,
        a.job_id is not null as answered, a.text, a.text_utf8, a.finish_reason,
        a.prompt_tokens, a.vision_tokens, a.generated_tokens,
        a.queue_seconds, a.prefill_seconds, a.decode_seconds,
        a.model_name, a.model_fingerprint, a.compression, a.weight_format, a.answered_at,
        a.choices, a.log_probabilities, a.reused_run, a.reused_custom_id,
        f.job_id is not null as failed, f.stage, f.code, f.message, f.attempts, f.failed_at,
        coalesce(a.attempt, f.attempt, 1) as attempt
      from image_job j
      left join job_source s on s.source_id = j.source_id
      left join answer a on a.run_id = j.run_id and a.job_id = j.job_id
      left join failure f on f.run_id = j.run_id and f.job_id = j.job_id
      where j.run_id = ?
      order by j.job_id
      """;

  private static final String IMAGE = "select image_ref from image_job where job_id = ?";
  private static final String PAST_FAILURES =
      """
      select
        j.job_id, j.custom_id, j.question_id, j.category,
        case when j.image_ref is not null then j.image_key end as image, j.prompt,
        false as answered, true as failed, f.stage, f.code, f.message, f.attempts, f.failed_at,
        f.attempt
      from past_failure f
      join image_job j using (run_id, job_id)
      where f.run_id = ?
      order by f.job_id, f.attempt
      """;

  private final JdbcTemplate template;
  private final TransactionTemplate transaction;
  private final TransactionTemplate snapshot;

  public ExportStore(DataSource dataSource) {
    this.template = new JdbcTemplate(dataSource);
    this.template.setFetchSize(ROWS_AT_A_TIME);
    // The driver streams through a cursor only inside a transaction.
    JdbcTransactionManager transactions = new JdbcTransactionManager(dataSource);
    this.transaction = new TransactionTemplate(transactions);
    this.transaction.setReadOnly(true);
    this.snapshot = new TransactionTemplate(transactions);
    this.snapshot.setReadOnly(true);
    this.snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
  }

  /**
   * Passes every job of the run to the consumer, in ingest order. All rows are of one snapshot,
   * taken at the call. An exception of the consumer ends the reading and propagates to the caller.
   */
  public void forEach(long runId, Consumer<ExportRow> consumer) {
    forEach(ALL_JOBS, row -> exportRow(row).at(place(row)), runId, consumer);
  }

  /**
   * Passes every failure that was retried to the consumer, in ingest order and then by attempt, as
   * {@link #forEach} does.
   */
  public void forEachPastFailure(long runId, Consumer<ExportRow> consumer) {
    forEach(PAST_FAILURES, ExportStore::exportRow, runId, consumer);
  }

  /** Reads a row of a result. */
  private interface RowReader {
    ExportRow read(ResultSet row) throws SQLException;
  }

  private void forEach(String sql, RowReader reader, long runId, Consumer<ExportRow> consumer) {
    RowCallbackHandler each = row -> consumer.accept(reader.read(row));
    transaction.executeWithoutResult(status -> template.query(sql, each, runId));
  }

  /**
   * Runs work in which every {@link #forEach} reads the same snapshot. Exceptions of the work
   * propagate to the caller.
   */
  public <T> T inSnapshot(Supplier<T> work) {
    return snapshot.execute(status -> work.get());
  }

  /** Returns a job's whole image reference, of which exports have a hash if it is long. */
  public String imageReference(long jobId) {
    return template.queryForObject(IMAGE, String.class, jobId);
  }

  private static ImagePlace place(ResultSet row) throws SQLException {
    return new ImagePlace(
        Rows.text(row, "image_root"), row.getBoolean("from_outside"), Rows.shard(row));
  }

  static ExportRow exportRow(ResultSet row) throws SQLException {
    return new ExportRow(
        row.getLong("job_id"),
        row.getString("custom_id"),
        new ImagePrompt(
            Rows.text(row, "question_id"),
            Rows.text(row, "category"),
            Rows.text(row, "image"),
            row.getString("prompt")),
        row.getBoolean("answered") ? Optional.of(answer(row)) : Optional.empty(),
        row.getBoolean("failed") ? Optional.of(failure(row)) : Optional.empty(),
        row.getInt("attempt"),
        ImagePlace.NONE);
  }

  private static StoredAnswer answer(ResultSet row) throws SQLException {
    return new StoredAnswer(
        row.getLong("job_id"),
        Rows.answerText(row),
        row.getString("finish_reason"),
        Rows.tokenCounts(row),
        new AnswerTimings(
            row.getDouble("queue_seconds"),
            row.getDouble("prefill_seconds"),
            row.getDouble("decode_seconds")),
        row.getString("model_name"),
        RunModelStore.model(row),
        Rows.instant(row, "answered_at"),
        Rows.realsByText(row, "choices", "log_probabilities"),
        Optional.empty(),
        source(row));
  }

  private static Optional<AnswerSource> source(ResultSet row) throws SQLException {
    String run = row.getString("reused_run");
    return run == null
        ? Optional.empty()
        : Optional.of(new AnswerSource(run, row.getString("reused_custom_id")));
  }

  private static StoredFailure failure(ResultSet row) throws SQLException {
    return new StoredFailure(
        row.getLong("job_id"),
        new JobFailure(
            row.getString("stage"),
            row.getString("code"),
            row.getString("message"),
            row.getInt("attempts")),
        Rows.instant(row, "failed_at"));
  }
}
