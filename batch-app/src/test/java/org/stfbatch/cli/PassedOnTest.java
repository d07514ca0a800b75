package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.AnswerTimings;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.OutcomeStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.StoredFailure;
import org.stfbatch.db.TokenCounts;
import org.stfbatch.db.testing.TestDatabase;

/** Exports and reports contain no secrets and no active content. */
class PassedOnTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final String SECRET = "hunter2-secret";
  private static final String URL =
      "https://ann:%s@images.example/a.png?w=80&X-Amz-Signature=%s".formatted(SECRET, SECRET);
  private static final List<String> FORMULAS =
      List.of("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1");
  private static final String HOSTILE = "<img src=x onerror=alert(1)> | *a* [b](javascript:c) `d`";

  @TempDir private static Path folder;
  private static long run;

  @BeforeAll
  static void aRun() throws IOException {
    Questions questions = new Questions().ask(1, URL, "What?").ask(2, URL, "What?");
    for (int i = 0; i < FORMULAS.size(); i++) {
      questions.ask("-" + i, null, FORMULAS.get(i), "category", FORMULAS.get(i));
    }
    cli()
        .ok(
            "ingest",
            "--run",
            "passed",
            "--questions",
            questions.writeTo(folder.resolve("q.jsonl")));
    run = new RunStore(DATABASE.dataSource()).find("passed").orElseThrow().runId();
    List<Long> jobs =
        JdbcClient.create(DATABASE.dataSource())
            .sql("select job_id from image_job where run_id = :run order by job_id")
            .param("run", run)
            .query(Long.class)
            .list();
    new OutcomeStore(DATABASE.dataSource())
        .write(
            run,
            jobs.stream()
                .skip(1)
                .map(job -> answer(job, FORMULAS.get((int) (job % FORMULAS.size()))))
                .toList(),
            List.of(
                new StoredFailure(
                    jobs.get(0),
                    new JobFailure("image", "IMAGE_FETCH", HOSTILE + " cannot get " + URL, 4),
                    Instant.now())));
  }

  private static StoredAnswer answer(long job, String text) {
    return new StoredAnswer(
        job,
        text,
        "stop",
        new TokenCounts(1, 2, 3),
        new AnswerTimings(0, 1, 1),
        "model",
        ModelIdentity.plain("abc"),
        Instant.now(),
        Map.of());
  }

  private static Cli cli() {
    return Cli.on(DATABASE.settings());
  }

  private static String export(String format, String... more) throws IOException {
    Path out = folder.resolve("out." + format);
    Path failures = folder.resolve("failures." + format);
    cli()
        .ok(
            Stream.concat(
                    Stream.of(
                        "export",
                        "--run",
                        "passed",
                        "--format",
                        format,
                        "--out",
                        out,
                        "--failures",
                        failures),
                    Stream.of(more))
                .toArray());
    return Files.readString(out, StandardCharsets.ISO_8859_1)
        + Files.readString(failures, StandardCharsets.ISO_8859_1);
  }

  @Test
  void noExportAndNoReportHoldsASecret() throws IOException {
    for (String format : List.of("llava", "jsonl", "csv", "parquet", "openai")) {
      String text = export(format);
      assertThat(text)
          .as(format)
          .doesNotContain(SECRET)
          .contains("https://***@images.example/a.png");
    }
    for (String format : List.of("html", "json", "csv", "md")) {
      Path out = folder.resolve("report." + format);
      cli().ok("report", "--run", "passed", "--format", format, "--out", out);
      assertThat(out).content().as(format).doesNotContain(SECRET);
    }
    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql("select message from failure where run_id = :run")
                .param("run", run)
                .query(String.class)
                .single())
        .doesNotContain(SECRET)
        .contains("https://***@images.example/a.png?w=80&X-Amz-Signature=***");
  }

  @Test
  void noMessageOfACommandHoldsASecret() {
    for (String url :
        List.of(
            "jdbc:postgresql://host:port/db?user=ann&password=" + SECRET,
            "jdbc:postgresql://ann:" + SECRET + "@localhost:1/db",
            "jdbc:postgresql://localhost:1/db?sslpassword=" + SECRET,
            "postgres://ann:" + SECRET + "@localhost/db")) {
      for (String verbose : List.of("--wait-for-services=0", "--verbose")) {
        Cli.Ran ran = Cli.with("--db-url", url, verbose).run("status", "--run", "r");
        assertThat(ran.code()).as(url).isEqualTo(2);
        assertThat(ran.out() + ran.err()).as(url).doesNotContain(SECRET).contains("***");
      }
    }
  }

  @Test
  void cellsThatASpreadsheetWouldCalculateAreGuarded() throws IOException {
    export("csv");
    assertThat(cells(folder.resolve("out.csv"))).containsAll(FORMULAS).contains("-1");

    export("csv", "--spreadsheet-safe");
    List<String> guarded = cells(folder.resolve("out.csv"));
    assertThat(guarded).noneMatch(cell -> cell.matches("(?s)[=+@\t\r-].*"));
    for (String formula : FORMULAS) {
      assertThat(guarded).contains("'" + formula);
    }
    cli()
        .run(
            "export",
            "--run",
            "passed",
            "--spreadsheet-safe",
            "--out",
            folder.resolve("none.jsonl"))
        .complainsInOneLine(2, "--spreadsheet-safe is for --format csv");
  }

  private static List<String> cells(Path file) throws IOException {
    try (Reader in = Files.newBufferedReader(file)) {
      return CSVFormat.RFC4180.parse(in).stream().flatMap(CSVRecord::stream).toList();
    }
  }

  @Test
  void markdownAndPageHoldNoMarkupOfTheTexts() throws IOException {
    Path md = folder.resolve("markup.md");
    Path html = folder.resolve("markup.html");
    cli().ok("report", "--run", "passed", "--format", "md", "--out", md);
    cli().ok("report", "--run", "passed", "--out", html);

    assertThat(md)
        .content()
        .doesNotContain("<")
        .contains(
            "&lt;img src=x onerror=alert\\(1\\)&gt; \\| \\*a\\* \\[b\\]\\(javascript:c\\) \\`d\\`");
    assertThat(html).content().doesNotContain("<img src=x");
  }
}
