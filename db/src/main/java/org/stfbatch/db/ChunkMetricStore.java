package org.stfbatch.db;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The metrics of committed chunks. */
public final class ChunkMetricStore {

  private static final String INSERT =
      """
      insert into chunk_metric (
        run_id, step_execution_id, started_at, finished_at, jobs, answers, failures, images,
        prompt_tokens, vision_tokens, generated_tokens, wait_seconds)
      values (
        :run, :step, :started, :finished, :jobs, :answers, :failures, :images,
        :prompt, :vision, :generated, :wait)
      """;

  private final JdbcClient jdbc;

  public ChunkMetricStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /** Stores a metric; meant for the transaction that stores the chunk's outcomes. */
  public void insert(ChunkMetric metric) {
    jdbc.sql(INSERT)
        .param("run", metric.runId())
        .param("step", metric.stepExecutionId())
        .param("started", Rows.timestamp(metric.startedAt()))
        .param("finished", Rows.timestamp(metric.finishedAt()))
        .param("jobs", metric.counts().jobs())
        .param("answers", metric.counts().answers())
        .param("failures", metric.counts().failures())
        .param("images", metric.counts().images())
        .param("prompt", metric.tokens().prompt())
        .param("vision", metric.tokens().vision())
        .param("generated", metric.tokens().generated())
        .param("wait", metric.waitSeconds())
        .update();
  }
}
