package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.testing.ParquetTable;

/** Large runs take seconds and little memory. */
class LargeRunTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int JOBS = 100_000;

  /**
   * Several times the duration beside two other test processes on two cores: only quadratic time or
   * an unbounded cache exceeds it.
   */
  private static final double SECONDS = 60;

  @TempDir private Path folder;

  @Test
  void aHundredThousandJobsTakeSecondsInAQuarterOfAGigabyte() throws Exception {
    Path questions = folder.resolve("questions.jsonl");
    try (BufferedWriter out = Files.newBufferedWriter(questions)) {
      for (int i = 0; i < JOBS; i++) {
        out.write(
            "{\"question_id\":%d,\"image\":\"folder%d/picture-%d.jpg\",\"text\":\"What is shown in picture %d?\"}\n"
                .formatted(i, i % 100, i / 4, i));
      }
    }
    Path answers = folder.resolve("answers.jsonl");

    Run first = run("256m", "ingest", "--run", "large", "--questions", questions);
    assertThat(first.out()).isEqualTo("run large: 100000 read, 100000 added\n");
    Run again = run("256m", "ingest", "--run", "large", "--questions", questions);
    assertThat(again.out()).isEqualTo("run large: 100000 read, 0 added, 100000 known already\n");
    Run waiting = run("256m", "status", "--run", "large", "--json");
    assertThat(waiting.out()).contains("\"waiting\":100000");
    answerAllButSome();
    Run status = run("256m", "status", "--run", "large", "--json");
    assertThat(status.out()).contains("\"answered\":99000", "\"waiting\":1000");
    Run export = run("256m", "export", "--run", "large", "--out", answers);
    assertThat(export.out()).contains("99000 answers; 0 jobs failed, 1000 are waiting");

    try (Stream<String> lines = Files.lines(answers)) {
      assertThat(lines).hasSize(99_000);
    }
    Path table = folder.resolve("answers.parquet");
    Run parquet = run("128m", "export", "--run", "large", "--out", table, "--format", "parquet");
    assertThat(ParquetTable.rows(table)).hasSize(99_000);
    assertThat(parquet.seconds()).isLessThan(SECONDS);
    System.out.printf(
        "99000 answers as Parquet: %.1f s, %d bytes%n", parquet.seconds(), Files.size(table));
    System.out.printf(
        "100000 jobs: ingest %.1f s, again %.1f s, status %.1f s, export %.1f s%n",
        first.seconds(), again.seconds(), status.seconds(), export.seconds());
    assertThat(List.of(first, again, waiting, status, export))
        .allSatisfy(run -> assertThat(run.seconds()).isLessThan(SECONDS));
  }

  @Test
  void linesThatHoldWholeImagesAreIngestedInLittleMemory()
      throws IOException, InterruptedException {
    Path questions = folder.resolve("images.jsonl");
    String image = "data:image/png;base64," + "A".repeat(2_000_000);
    try (BufferedWriter out = Files.newBufferedWriter(questions)) {
      for (int i = 0; i < 40; i++) {
        out.write("{\"question_id\":%d,\"image\":\"%s\",\"text\":\"What?\"}\n".formatted(i, image));
      }
    }

    Run run = run("80m", "ingest", "--run", "inline", "--questions", questions);

    assertThat(run.out()).isEqualTo("run inline: 40 read, 40 added\n");
  }

  @Test
  void aLargeTableIsIngestedInLittleMemory() throws IOException, InterruptedException {
    Path table = folder.resolve("questions.csv");
    try (BufferedWriter out = Files.newBufferedWriter(table)) {
      out.write("question_id,image,text\n");
      for (int i = 0; i < JOBS; i++) {
        out.write("%d,picture-%d.jpg,\"What, then, is %d?\"\n".formatted(i, i / 4, i));
      }
    }

    Run run = run("80m", "ingest", "--run", "table", "--questions", table);

    assertThat(run.out()).isEqualTo("run table: 100000 read, 100000 added\n");
    assertThat(run.seconds()).isLessThan(SECONDS);
  }

  @Test
  void aLargeParquetFileIsIngestedInLittleMemory() throws IOException, InterruptedException {
    Path table = ParquetTable.questions(folder.resolve("questions.parquet"), JOBS, 20_000);

    Run run = run("96m", "ingest", "--run", "parquet", "--questions", table);

    assertThat(run.out()).isEqualTo("run parquet: 100000 read, 100000 added\n");
    assertThat(run.seconds()).isLessThan(SECONDS);
    System.out.printf("100000 rows of Parquet: ingest %.1f s%n", run.seconds());
  }

  @Test
  void imagesInAParquetFileTakeTheMemoryOfARowGroup() throws IOException, InterruptedException {
    List<byte[]> images = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      byte[] image = new byte[1_500_000];
      new Random(i).nextBytes(image);
      images.add(image);
    }
    Path small = ParquetTable.withImages(folder.resolve("small.parquet"), images, 2);
    Path large = ParquetTable.withImages(folder.resolve("large.parquet"), images, 100);

    Run run = run("96m", "ingest", "--run", "row groups", "--questions", small);
    assertThat(run.out()).isEqualTo("run row groups: 40 read, 40 added\n");

    try (ChildJvm child = child("96m", "ingest", "--run", "r", "--questions", large)) {
      assertThat(child.exitCode()).isEqualTo(2);
      assertThat(child.err()).contains("row group 1 of " + large, "smaller row groups");
    }
  }

  private record Run(String out, double seconds) {}

  private Run run(String heap, Object... command) throws InterruptedException {
    try (ChildJvm child = child(heap, command)) {
      assertThat(child.exitCode()).as(child::err).isZero();
      return new Run(child.out(), child.secondsSinceStart());
    }
  }

  private ChildJvm child(String heap, Object... command) {
    return ChildJvm.start(
        folder,
        DATABASE.settings(),
        List.of("-Xmx" + heap, "-XX:TieredStopAtLevel=1"),
        UnaryOperator.identity(),
        command);
  }

  private void answerAllButSome() {
    JdbcClient.create(DATABASE.dataSource())
        .sql(
            """
            with done as (
              delete from waiting_job where job_id in (
                select job_id from waiting_job
                where run_id = (select run_id from run where name = 'large')
                order by job_id limit 99000)
              returning run_id, job_id),
            counted as (
              insert into outcome_counter (run_id, last_sequence)
              select run_id, count(*) from done group by run_id)
            insert into answer (
              sequence, run_id, job_id, text, finish_reason, prompt_tokens, vision_tokens, generated_tokens,
              queue_seconds, prefill_seconds, decode_seconds, model_name, model_fingerprint, answered_at)
            select row_number() over (), run_id, job_id, repeat('An answer of some length. ', 8), 'eos', 60, 144, 50,
              0.1, 0.2, 0.3, 'model', 'fingerprint', now()
            from done
            """)
        .update();
  }
}
