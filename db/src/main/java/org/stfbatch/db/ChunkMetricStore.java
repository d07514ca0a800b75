package org.stfbatch.db;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Store of the metrics of committed chunks. */
public final class ChunkMetricStore {

  private static final String INSERT =
      """
      insert into chunk_metric (
        run_id, step_execution_id, started_at, finished_at,
        jobs, answers, failures, images, distinct_images, reused,
        prompt_tokens, vision_tokens, generated_tokens,
        fetch_seconds, image_decode_seconds, vision_seconds, prefill_seconds, decode_seconds,
        input_wait_seconds, wait_seconds, database_seconds,
        encoded_images, prefill_tokens, steps, step_tokens, prefix_hits, retries, batch_reductions, peak_memory_bytes,
        device, dtype, batch, model_fingerprint, compression, weight_format, worker)
      values (
        :run, :step, :started, :finished,
        :jobs, :answers, :failures, :images, :distinctImages, :reused,
        :prompt, :vision, :generated,
        :fetchSeconds, :imageDecodeSeconds, :visionSeconds, :prefillSeconds, :decodeSeconds,
        :inputWaitSeconds, :answerWaitSeconds, :databaseSeconds,
        :encodedImages, :prefillTokens, :steps, :stepTokens, :prefixHits, :retries, :batchReductions, :peakMemory,
        :device, :dtype, :batch, :fingerprint, :compression, :weightFormat, :worker)
      """;

  private final JdbcClient jdbc;

  public ChunkMetricStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /** Stores a metric. Call it in the transaction that stores the chunk's outcomes. */
  public void insert(ChunkMetric metric) {
    JdbcClient.StatementSpec insert =
        jdbc.sql(INSERT)
            .param("run", metric.runId())
            .param("step", metric.stepExecutionId())
            .param("started", Rows.timestamp(metric.startedAt()))
            .param("finished", Rows.timestamp(metric.finishedAt()))
            .param("worker", metric.worker().orElse(null));
    insert = bind(insert, metric.counts());
    insert = bind(insert, metric.tokens());
    insert = bind(insert, metric.seconds());
    insert = bind(insert, metric.work());
    bind(insert, metric.place()).update();
  }

  private static JdbcClient.StatementSpec bind(
      JdbcClient.StatementSpec insert, ChunkMetric.Counts counts) {
    return insert
        .param("jobs", counts.jobs())
        .param("answers", counts.answers())
        .param("failures", counts.failures())
        .param("images", counts.images())
        .param("distinctImages", counts.distinctImages())
        .param("reused", counts.reused());
  }

  private static JdbcClient.StatementSpec bind(
      JdbcClient.StatementSpec insert, TokenCounts tokens) {
    return insert
        .param("prompt", tokens.prompt())
        .param("vision", tokens.vision())
        .param("generated", tokens.generated());
  }

  private static JdbcClient.StatementSpec bind(
      JdbcClient.StatementSpec insert, ChunkMetric.Seconds seconds) {
    return insert
        .param("fetchSeconds", seconds.fetch())
        .param("imageDecodeSeconds", seconds.imageDecode())
        .param("visionSeconds", seconds.vision())
        .param("prefillSeconds", seconds.prefill())
        .param("decodeSeconds", seconds.decode())
        .param("inputWaitSeconds", seconds.inputWait())
        .param("answerWaitSeconds", seconds.answerWait())
        .param("databaseSeconds", seconds.database());
  }

  private static JdbcClient.StatementSpec bind(
      JdbcClient.StatementSpec insert, ChunkMetric.Work work) {
    return insert
        .param("encodedImages", work.encodedImages())
        .param("prefillTokens", work.prefillTokens())
        .param("steps", work.steps())
        .param("stepTokens", work.stepTokens())
        .param("prefixHits", work.prefixHits())
        .param("retries", work.retries())
        .param("batchReductions", work.batchReductions())
        .param("peakMemory", work.peakMemoryBytes());
  }

  private static JdbcClient.StatementSpec bind(
      JdbcClient.StatementSpec insert, ChunkMetric.Place place) {
    return insert
        .param("device", place.device())
        .param("dtype", place.dtype())
        .param("batch", place.batch())
        .param("fingerprint", place.modelFingerprint())
        .param("compression", place.compression())
        .param("weightFormat", place.weightFormat());
  }
}
