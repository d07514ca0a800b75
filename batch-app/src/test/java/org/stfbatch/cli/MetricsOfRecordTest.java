package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;

/** The metrics of chunks equal what is stored of their jobs. */
class MetricsOfRecordTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int ASKED_TWICE = 2;

  @TempDir private Path folder;
  private Cli cli;
  private JdbcClient jdbc;
  private String run;

  @BeforeEach
  void connect(TestInfo test) {
    run = test.getTestMethod().orElseThrow().getName();
    cli = Cli.on(DATABASE.settings());
    jdbc = JdbcClient.create(DATABASE.dataSource());
  }

  @Test
  void theSumsOverARunAreWhatIsStoredOfItsJobs() throws IOException {
    Questions questions = new Questions();
    int id = 0;
    for (Tiny.Recorded recorded : Tiny.answers()) {
      for (int i = 0; i < ASKED_TWICE; i++) {
        questions.ask(id++, recorded.image(), recorded.question() + " " + i);
      }
    }
    questions.ask("lost", "lost.png", "Where?");
    Path file = questions.writeTo(folder.resolve("q.jsonl"));
    cli.ok("ingest", "--run", run, "--questions", file, "--images", Tiny.images());
    infer("--limit", 5, "--chunk", 2);
    infer("--chunk", 4);

    assertThat(
            row(
                """
                select sum(jobs) as jobs, sum(answers) as answers, sum(failures) as failures,
                  sum(images) as images,
                  sum(prompt_tokens) as prompt, sum(vision_tokens) as vision,
                  sum(generated_tokens) as generated, sum(step_tokens) as stepped
                from chunk_metric where run_id = :run
                """))
        .isEqualTo(
            row(
                """
                select
                  (select count(*) from image_job where run_id = :run) as jobs,
                  count(*) as answers,
                  (select count(*) from failure where run_id = :run) as failures,
                  (select count(*) from image_job where run_id = :run and image_ref is not null) as images,
                  sum(prompt_tokens)::numeric as prompt, sum(vision_tokens)::numeric as vision,
                  sum(generated_tokens)::numeric as generated,
                  sum(generated_tokens)::numeric as stepped
                from answer where run_id = :run
                """));
    assertThat(
            row(
                """
                select count(distinct model_fingerprint) as models, min(device) as device,
                  min(dtype) as dtype, min(batch) as batch,
                  bool_and(step_tokens <= steps * batch) as batch_holds,
                  bool_and(peak_memory_bytes > 0) as takes_memory,
                  sum(retries) + sum(batch_reductions) as trouble,
                  sum(prefill_tokens) between 1 and (
                    select sum(prompt_tokens + vision_tokens) - 1 from answer
                    where run_id = :run) as work_is_shared,
                  sum(encoded_images) between 1 and (
                    select count(*) from image_job
                    where run_id = :run and image_ref is not null) as saw,
                  sum(distinct_images) >= (
                    select count(distinct image_key) from image_job
                    where run_id = :run and image_key <> '') as images,
                  min(model_fingerprint) = (
                    select min(model_fingerprint) from answer where run_id = :run) as same_model
                from chunk_metric where run_id = :run
                """))
        .containsEntry("models", 1L)
        .containsEntry("device", "cpu")
        .containsEntry("dtype", "float32")
        .containsEntry("batch", 3)
        .containsEntry("batch_holds", true)
        .containsEntry("takes_memory", true)
        .containsEntry("trouble", BigDecimal.ZERO)
        .containsEntry("work_is_shared", true)
        .containsEntry("saw", true)
        .containsEntry("images", true)
        .containsEntry("same_model", true);
  }

  @Test
  void timeIsAccountedForAndNeverTwice() throws IOException {
    Path file =
        new Questions()
            .ask(1, Tiny.answers().get(0).image(), "What?")
            .ask(2, null, "Why?")
            .writeTo(folder.resolve("q.jsonl"));
    cli.ok("ingest", "--run", run, "--questions", file, "--images", Tiny.images());
    infer("--chunk", 1);

    assertThat(
            row(
                """
                select
                  min(input_wait_seconds + wait_seconds + database_seconds) > 0 as step_is_busy,
                  sum(input_wait_seconds + wait_seconds + database_seconds)
                    <= 0.1 + sum(extract(epoch from finished_at - started_at)) as step_is_one_thread,
                  sum(vision_seconds + prefill_seconds + decode_seconds)
                    <= 0.1 + sum(extract(epoch from finished_at - started_at)) as device_is_one,
                  sum(vision_seconds) > 0 as saw, sum(prefill_seconds) > 0 as read_prompts,
                  sum(decode_seconds) > 0 as generated,
                  sum(fetch_seconds) > 0 as fetched, sum(image_decode_seconds) > 0 as decoded
                from chunk_metric where run_id = :run
                """))
        .allSatisfy((what, holds) -> assertThat(holds).as(what).isEqualTo(true));
  }

  private Map<String, Object> row(String sql) {
    long id = new RunStore(DATABASE.dataSource()).find(run).orElseThrow().runId();
    return jdbc.sql(sql).param("run", id).query().singleRow();
  }

  private void infer(Object... more) {
    Object[] command = {
      "infer",
      "--run",
      run,
      "--model",
      Tiny.checkpoint(),
      "--vision-tower",
      Tiny.tower(),
      "--dtype",
      "float32",
      "--batch",
      3,
      "--max-new-tokens",
      6
    };
    Object[] all = new Object[command.length + more.length];
    System.arraycopy(command, 0, all, 0, command.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    cli.ok(all);
  }
}
