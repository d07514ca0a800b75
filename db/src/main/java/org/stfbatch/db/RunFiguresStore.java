package org.stfbatch.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Store of the figures of a run that reports show. */
public final class RunFiguresStore {

  private static final String SUMS =
      """
      coalesce(sum(fetch_seconds), 0) as fetch_seconds,
      coalesce(sum(image_decode_seconds), 0) as image_decode_seconds,
      coalesce(sum(vision_seconds), 0) as vision_seconds,
      coalesce(sum(prefill_seconds), 0) as prefill_seconds,
      coalesce(sum(decode_seconds), 0) as decode_seconds,
      coalesce(sum(input_wait_seconds), 0) as input_wait_seconds,
      coalesce(sum(wait_seconds), 0) as wait_seconds,
      coalesce(sum(database_seconds), 0) as database_seconds
      """;

  private static final String COUNTS =
      """
      with pictured as (
        select image_key, count(*) as jobs
        from image_job
        where run_id = :run and image_ref is not null
        group by image_key
      )
      select
        counted.*,
        (select coalesce(sum(jobs), 0) from pictured) as images,
        (select count(*) from pictured) as distinct_images
      from (%s) counted
      """
          .formatted(RunCounts.of(":run"));

  /**
   * One pass without a sort: answers are grouped by logarithmic latency, in steps of 0.1 %, and a
   * percentile is the mean of its group.
   */
  private static final String ANSWERS =
      """
      with answered as (
        select
          prompt_tokens, vision_tokens, generated_tokens,
          prompt_tokens + vision_tokens + greatest(generated_tokens - 1, 0) as positions,
          queue_seconds + prefill_seconds + decode_seconds as seconds
        from answer
        where run_id = :run and reused_run is null
      ),
      alike as (
        select
          round(1000 * ln(greatest(seconds, 1e-6))) as magnitude,
          count(*) as n,
          avg(seconds) as mean,
          max(seconds) as longest,
          sum(prompt_tokens) as prompt,
          sum(prompt_tokens) filter (where vision_tokens > 0) as prompt_with_image,
          sum(vision_tokens) as vision,
          count(*) filter (where vision_tokens > 0) as pictured,
          sum(generated_tokens) as generated,
          sum(positions) as positions,
          sum(positions * (positions + 1.0::float8) / 2) as keys
        from answered
        group by 1
      ),
      placed as (
        select *, sum(n) over (order by magnitude) as upto, sum(n) over () as total from alike
      )
      select
        coalesce(sum(prompt), 0) as prompt,
        coalesce(sum(prompt_with_image), 0) as prompt_with_image,
        coalesce(sum(vision), 0) as vision,
        sum(vision)::float8 / nullif(sum(pictured), 0) as vision_of_an_image,
        coalesce(sum(generated), 0) as generated,
        coalesce(sum(positions), 0) as positions,
        coalesce(sum(keys), 0) as keys,
        coalesce(min(mean) filter (where upto >= 0.5 * total), 0) as p50,
        coalesce(min(mean) filter (where upto >= 0.9 * total), 0) as p90,
        coalesce(min(mean) filter (where upto >= 0.99 * total), 0) as p99,
        coalesce(max(longest), 0) as longest
      from placed
      """;

  private static final String FINISH_REASONS =
      """
      select finish_reason, count(*) as answers
      from answer
      where run_id = :run
      group by finish_reason
      order by answers desc, finish_reason
      """;

  /**
   * Attempts with their position on the run's time of work, which leaves out the pauses between
   * them. Attempts may overlap.
   */
  private static final String ATTEMPT =
      """
      one as (
        select
          step_execution_id,
          coalesce(max(worker), '') as worker,
          min(started_at) as started,
          max(finished_at) as finished,
          coalesce(max(device), '') as device,
          count(*) as chunks,
          sum(jobs) as jobs,
          sum(failures) as failures,
          sum(distinct_images) as images,
          sum(generated_tokens) as generated,
          sum(vision_seconds + prefill_seconds + decode_seconds) as device_seconds
        from chunk_metric
        where run_id = :run
        group by step_execution_id
      ),
      told as (
        select
          *,
          coalesce(
            started > max(finished) over (
              order by started, step_execution_id
              rows between unbounded preceding and 1 preceding),
            true) as follows_a_pause
        from one
      ),
      numbered as (
        select
          *,
          count(*) filter (where follows_a_pause) over (order by started, step_execution_id)
            as period
        from told
      ),
      placed as (
        select period, began, sum(lasted) over (order by period) - lasted as second
        from (
          select
            period,
            min(started) as began,
            extract(epoch from max(finished) - min(started))::float8 as lasted
          from numbered
          group by period
        ) at_work
      ),
      attempt as (
        select
          numbered.*,
          second + extract(epoch from started - began)::float8 as second,
          extract(epoch from finished - started)::float8 as seconds
        from numbered
        join placed using (period)
      )
      """;

  private static final String SPAN =
      """
      with %s
      select
        min(started) as started,
        max(finished) as finished,
        sum(chunks) as chunks,
        max(second + seconds) as seconds,
        sum(jobs) as jobs,
        sum(images) as images,
        sum(generated) as generated
      from attempt
      having count(*) > 0
      """
          .formatted(ATTEMPT);

  private static final String ATTEMPTS =
      "with %s select worker, started, second, seconds, device from attempt order by second"
          .formatted(ATTEMPT);

  private static final String WORKERS =
      """
      with %s
      select
        worker, max(device) as device, min(started) as started, max(finished) as finished,
        sum(seconds) as seconds, sum(jobs) as jobs, sum(failures) as failures,
        sum(device_seconds) as device_seconds
      from attempt
      where worker <> ''
      group by worker
      order by min(started), worker
      """
          .formatted(ATTEMPT);

  private static final String COSTS =
      """
      select
        %s,
        coalesce(sum(encoded_images), 0) as encoded_images,
        coalesce(sum(prefill_tokens), 0) as prefill_tokens,
        coalesce(sum(steps), 0) as steps,
        coalesce(sum(step_tokens), 0) as step_tokens,
        coalesce(sum(prefix_hits), 0) as prefix_hits,
        coalesce(sum(retries), 0) as retries,
        coalesce(sum(batch_reductions), 0) as batch_reductions,
        coalesce(max(peak_memory_bytes), 0) as peak_memory_bytes,
        coalesce(sum(step_tokens)::float8 / nullif(sum(steps * batch), 0), 0) as batch_fill
      from chunk_metric
      where run_id = :run
      """
          .formatted(SUMS);

  private static final String PLACES =
      """
      select device, dtype, batch, model_fingerprint, compression, weight_format
      from chunk_metric
      where run_id = :run and device is not null
      group by device, dtype, batch, model_fingerprint, compression, weight_format
      order by min(metric_id)
      """;

  private static final String TIMELINE =
      """
      with %s,
      slice as (
        select n, greatest(total, 0.001) / :slices as width
        from (select max(second + seconds) as total from attempt having count(*) > 0) work
        cross join generate_series(0, :slices - 1) n
      ),
      chunk as (
        select
          c.*,
          second + extract(epoch from started_at - started)::float8 as began,
          second + extract(epoch from finished_at - started)::float8 as ended,
          width
        from chunk_metric c
        join attempt using (step_execution_id)
        cross join (select width from slice where n = 0) one
        where run_id = :run
      ),
      indexed as (
        select
          *,
          least(:slices - 1, floor(began / width))::int as first,
          least(:slices - 1, floor(ended / width))::int as last
        from chunk
      ),
      part as (
        select
          n as slice,
          n = last as has_end,
          case when first = last then 1
            else (case when n = last then ended else (n + 1) * width end
              - case when n = first then began else n * width end) / (ended - began)
          end as portion,
          indexed.*
        from indexed
        cross join lateral generate_series(first, last) n
      )
      select
        n * slice.width as second,
        slice.width,
        coalesce(sum(jobs) filter (where has_end), 0) as jobs,
        coalesce(sum(failures) filter (where has_end), 0) as failures,
        coalesce(sum(distinct_images) filter (where has_end), 0) as images,
        coalesce(sum(generated_tokens) filter (where has_end), 0) as generated,
        %s
      from slice
      left join part on part.slice = n
      group by n, slice.width
      order by n
      """
          .formatted(ATTEMPT, SUMS.replace("sum(", "sum(portion * "));

  private static final String HISTOGRAM =
      """
      with answered as (
        select TOKENS as tokens, count(*) as n from answer where run_id = :run group by 1
      ),
      bin as (
        select
          min(tokens) as least, max(tokens) as most, (max(tokens) - min(tokens)) / :bins + 1 as width
        from answered
      ),
      counted as (
        select (tokens - least) / width * width + least as first, sum(n) as n
        from answered, bin
        group by 1
      )
      select first, width, coalesce(n, 0) as n
      from bin
      cross join generate_series(least, most, width) first
      left join counted using (first)
      order by 1
      """;

  private final JdbcClient jdbc;
  private final TransactionTemplate snapshot;

  public RunFiguresStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
    this.snapshot = new TransactionTemplate(new JdbcTransactionManager(dataSource));
    this.snapshot.setReadOnly(true);
    this.snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
  }

  /** The tokens that a histogram counts. */
  public enum TokenKind {
    /** Text tokens of the prompt. */
    PROMPT("prompt_tokens"),
    /** Tokens of the answer. */
    GENERATED("generated_tokens");

    private final String column;

    TokenKind(String column) {
      this.column = column;
    }
  }

  /**
   * Executes reads in one read-only transaction, so that all of them see the same snapshot while
   * the run continues.
   */
  public <T> T atOneMoment(Supplier<T> reads) {
    return snapshot.execute(status -> reads.get());
  }

  /** Returns the totals of a run. */
  public RunFigures figures(long runId) {
    return query(ANSWERS, runId)
        .query(
            (answers, n) ->
                query(COSTS, runId).query((costs, m) -> figures(runId, answers, costs)).single())
        .single();
  }

  private RunFigures figures(long runId, ResultSet answers, ResultSet costs) throws SQLException {
    return new RunFigures(
        query(COUNTS, runId).query((row, n) -> counts(row)).single(),
        new RunFigures.Tokens(
            answers.getLong("prompt"),
            answers.getLong("prompt_with_image"),
            answers.getLong("vision"),
            Rows.real(answers, "vision_of_an_image"),
            answers.getLong("generated"),
            answers.getLong("positions"),
            answers.getDouble("keys")),
        query(SPAN, runId).query((row, n) -> span(row, attempts(runId))).optional(),
        seconds(costs),
        work(costs),
        costs.getDouble("batch_fill"),
        new RunFigures.Latency(
            answers.getDouble("p50"),
            answers.getDouble("p90"),
            answers.getDouble("p99"),
            answers.getDouble("longest")),
        query(PLACES, runId).query((row, n) -> place(row)).list(),
        query(WORKERS, runId).query((row, n) -> worker(row)).list(),
        query(FINISH_REASONS, runId)
            .query(
                (row, n) ->
                    new RunFigures.FinishReason(
                        row.getString("finish_reason"), row.getLong("answers")))
            .list());
  }

  /** Returns only the run's time by phase. */
  public ChunkMetric.Seconds seconds(long runId) {
    return query(COSTS, runId).query((row, n) -> seconds(row)).single();
  }

  /**
   * Returns the run's timeline in equal slices, without the time between attempts. The outcomes of
   * a chunk count in the slice in which it ended; its seconds are spread evenly over its duration.
   * Empty if no chunk was committed.
   *
   * @param slices number of slices
   */
  public List<RunSlice> timeline(long runId, int slices) {
    return query(TIMELINE, runId).param("slices", slices).query((row, n) -> slice(row)).list();
  }

  /**
   * Returns a histogram of the token counts of the answers.
   *
   * @param bins the most bins; all have the same width
   */
  public List<TokenBin> histogram(long runId, TokenKind kind, int bins) {
    return query(HISTOGRAM.replace("TOKENS", kind.column), runId)
        .param("bins", bins)
        .query(
            (row, n) ->
                new TokenBin(
                    row.getLong("first"),
                    row.getLong("first") + row.getLong("width") - 1,
                    row.getLong("n")))
        .list();
  }

  private JdbcClient.StatementSpec query(String sql, long runId) {
    return jdbc.sql(sql).param("run", runId);
  }

  private static RunFigures.Counts counts(ResultSet row) throws SQLException {
    return new RunFigures.Counts(
        row.getLong("jobs"),
        row.getLong("answered"),
        row.getLong("failed"),
        row.getLong("waiting"),
        row.getLong("images"),
        row.getLong("distinct_images"),
        new RunStatus.Retries(row.getLong("retried"), row.getLong("later_answers")),
        row.getLong("reused_answers"));
  }

  private List<RunFigures.Attempt> attempts(long runId) {
    return query(ATTEMPTS, runId)
        .query(
            (row, n) ->
                new RunFigures.Attempt(
                    row.getString("worker"),
                    Rows.instant(row, "started"),
                    row.getDouble("second"),
                    row.getDouble("seconds"),
                    ChunkMetric.Place.devices(row.getString("device"))))
        .list();
  }

  private static RunFigures.WorkerShare worker(ResultSet row) throws SQLException {
    return new RunFigures.WorkerShare(
        row.getString("worker"),
        row.getString("device"),
        Rows.instant(row, "started"),
        Rows.instant(row, "finished"),
        row.getDouble("seconds"),
        row.getLong("jobs"),
        row.getLong("failures"),
        row.getDouble("device_seconds"));
  }

  private static RunFigures.Span span(ResultSet row, List<RunFigures.Attempt> attempts)
      throws SQLException {
    return new RunFigures.Span(
        Rows.instant(row, "started"),
        Rows.instant(row, "finished"),
        attempts,
        row.getLong("chunks"),
        row.getDouble("seconds"),
        row.getLong("jobs"),
        row.getLong("images"),
        row.getLong("generated"));
  }

  private static ChunkMetric.Seconds seconds(ResultSet row) throws SQLException {
    return new ChunkMetric.Seconds(
        row.getDouble("fetch_seconds"),
        row.getDouble("image_decode_seconds"),
        row.getDouble("vision_seconds"),
        row.getDouble("prefill_seconds"),
        row.getDouble("decode_seconds"),
        row.getDouble("input_wait_seconds"),
        row.getDouble("wait_seconds"),
        row.getDouble("database_seconds"));
  }

  private static ChunkMetric.Work work(ResultSet row) throws SQLException {
    return new ChunkMetric.Work(
        row.getLong("encoded_images"),
        row.getLong("prefill_tokens"),
        row.getLong("steps"),
        row.getLong("step_tokens"),
        row.getLong("prefix_hits"),
        row.getLong("retries"),
        row.getLong("batch_reductions"),
        row.getLong("peak_memory_bytes"));
  }

  private static ChunkMetric.Place place(ResultSet row) throws SQLException {
    return new ChunkMetric.Place(
        row.getString("device"),
        row.getString("dtype"),
        row.getInt("batch"),
        RunModelStore.model(row));
  }

  private static RunSlice slice(ResultSet row) throws SQLException {
    return new RunSlice(
        row.getDouble("second"),
        row.getDouble("width"),
        row.getLong("jobs"),
        row.getLong("failures"),
        row.getLong("images"),
        row.getLong("generated"),
        seconds(row));
  }
}
