package org.stfbatch.cli;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.db.RunFigures;
import org.stfbatch.db.RunFiguresStore;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.model.ModelFlops;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.testing.Golden;

/** Reports of a run of 10,000 jobs in two attempts, and of a small one beside it. */
class ReportTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final long MOST_BYTES = 2_000_000;
  private static final double MOST_MILLIS = 2_000;
  private static final String HOSTILE = "</script><b>&\"\u2028";

  /** Independent of the program's own SQL. */
  private static final String IMAGE_TOKENS =
      "(select avg(vision_tokens) from answer where run_id = 1 and vision_tokens > 0)";

  private static final Map<String, String> FACTS =
      Map.ofEntries(
          Map.entry("jobs", "select count(*) from image_job j where run_id = 1"),
          Map.entry("answered", "select count(*) from answer where run_id = 1"),
          Map.entry("failed", "select count(*) from failure where run_id = 1"),
          Map.entry(
              "failed_share",
              "select count(*) / (count(*) + (select count(*) from answer where run_id = 1) * 1.0) from failure where run_id = 1"),
          Map.entry("waiting", "select count(*) from waiting_job where run_id = 1"),
          Map.entry("retried", "select count(*) from past_failure where run_id = 1"),
          Map.entry(
              "answered_on_retry", "select count(*) from answer where run_id = 1 and attempt > 1"),
          Map.entry(
              "reused", "select count(*) from answer where run_id = 1 and reused_run is not null"),
          Map.entry(
              "fetch_seconds", "select sum(fetch_seconds) from chunk_metric where run_id = 1"),
          Map.entry(
              "fetch_share",
              "select sum(fetch_seconds) / sum(fetch_seconds + image_decode_seconds + vision_seconds + prefill_seconds + decode_seconds) from chunk_metric where run_id = 1"),
          Map.entry("finish_eos", finished("eos")),
          Map.entry("finish_length", finished("length")),
          Map.entry("finish_repetition", finished("repetition")),
          Map.entry(
              "images", "select count(*) from image_job where run_id = 1 and image_key <> ''"),
          Map.entry(
              "distinct_images",
              "select count(*) from (select image_ref from image_job where run_id = 1 and image_ref is not null group by 1) i"),
          Map.entry(
              "prompt_tokens", "select sum(prompt_tokens) from chunk_metric where run_id = 1"),
          Map.entry(
              "vision_tokens", "select sum(vision_tokens) from chunk_metric where run_id = 1"),
          Map.entry(
              "generated_tokens",
              "select sum(generated_tokens) from chunk_metric where run_id = 1"),
          Map.entry(
              "attempts",
              "select count(distinct step_execution_id) from chunk_metric where run_id = 1"),
          Map.entry("seconds", "select " + seconds()),
          Map.entry(
              "images_per_second",
              "select sum(distinct_images) / " + seconds() + " from chunk_metric where run_id = 1"),
          Map.entry(
              "questions_per_second",
              "select count(*) / "
                  + seconds()
                  + " from image_job j where run_id = 1"
                  + " and not exists (select from waiting_job w where w.job_id = j.job_id)"),
          Map.entry(
              "tokens_per_second",
              "select sum(generated_tokens) / " + seconds() + " from answer where run_id = 1"),
          Map.entry(
              "device_busy",
              "select (sum(vision_seconds) + sum(prefill_seconds) + sum(decode_seconds)) / "
                  + seconds()
                  + " from chunk_metric where run_id = 1"),
          Map.entry("latency_p50", latency("percentile_disc(0.5) within group (order by %s)")),
          Map.entry("latency_p90", latency("percentile_disc(0.9) within group (order by %s)")),
          Map.entry("latency_p99", latency("percentile_disc(0.99) within group (order by %s)")),
          Map.entry("latency_longest", latency("max(%s)")),
          Map.entry(
              "batch_fill",
              "select sum(step_tokens) / (32.0 * sum(steps)) from chunk_metric where run_id = 1"),
          Map.entry(
              "score", "select value from evaluation_figure where run_id = 1 and is_headline"),
          Map.entry("published", "select published from evaluation where run_id = 1"),
          Map.entry(
              "difference",
              "select value - published from evaluation_figure join evaluation using (run_id) where run_id = 1 and is_headline"),
          Map.entry(
              "prefill_tokens", "select sum(prefill_tokens) from chunk_metric where run_id = 1"),
          Map.entry(
              "saved_by_sharing",
              "select 1.0 - (select sum(prefill_tokens) from chunk_metric where run_id = 1) / (select sum(prompt_tokens + vision_tokens) from answer where run_id = 1)"),
          Map.entry(
              "encoded_images", "select sum(encoded_images) from chunk_metric where run_id = 1"),
          Map.entry("gflops", "select " + gflops()),
          Map.entry("peak_share", "select " + gflops() + " / 2.5"),
          Map.entry("prefix_hits", "select sum(prefix_hits) from chunk_metric where run_id = 1"),
          Map.entry("retries", "select sum(retries) from chunk_metric where run_id = 1"),
          Map.entry(
              "batch_reductions",
              "select sum(batch_reductions) from chunk_metric where run_id = 1"),
          Map.entry(
              "peak_memory",
              "select max(peak_memory_bytes) / 1048576.0 from chunk_metric where run_id = 1"),
          Map.entry("cost", "select 7.2 / 3600 * " + seconds()),
          Map.entry("image_tokens", "select " + IMAGE_TOKENS),
          Map.entry("image_tflop", imageTeraFlop()),
          Map.entry(
              "cost_per_1000_questions",
              "select 1000 * 7.2 / 3600 * "
                  + seconds()
                  + " / (select sum(jobs) from chunk_metric where run_id = 1)"));

  @TempDir private static Path folder;
  private static JdbcClient jdbc;

  private static String finished(String reason) {
    return "select count(*) from answer where run_id = 1 and finish_reason = '" + reason + "'";
  }

  private static String seconds() {
    return """
        (select sum(s) from (
          select extract(epoch from max(finished_at) - min(started_at)) as s
          from chunk_metric where run_id = 1 group by step_execution_id) attempt)
        """;
  }

  /**
   * Computes the operations from the tiny model's shapes: hidden size, layers, width of keys and of
   * the inner layer, vocabulary.
   */
  private static String gflops() {
    LlamaConfig tiny = checkpoint().config().language();
    double width = tiny.hiddenSize();
    double layer =
        2 * width * width + 2 * width * tiny.keyValueSize() + 3 * width * tiny.intermediateSize();
    return """
        (select (
          (select sum(encoded_images) from chunk_metric where run_id = 1) * %f
          + ran * %f
          + keys * ran / positions * %f
          + generated * %f) / 1e9 / %s
        from (
          select sum(n) as positions, sum(n * (n + 1.0) / 2) as keys, sum(generated_tokens) as generated,
            sum(n) - sum(prompt_tokens + vision_tokens)
              + (select sum(prefill_tokens) from chunk_metric where run_id = 1) as ran
          from (
            select *, prompt_tokens + vision_tokens + generated_tokens - 1 as n from answer where run_id = 1
          ) a
        ) t)
        """
        .formatted(
            ModelFlops.of(checkpoint(), new NoCompression())
                .image(checkpoint().config().visionTokens()),
            2 * tiny.numHiddenLayers() * layer,
            4 * width * tiny.numHiddenLayers(),
            2 * width * tiny.vocabSize(),
            seconds());
  }

  private static String imageTeraFlop() {
    LlamaConfig tiny = checkpoint().config().language();
    double width = tiny.hiddenSize();
    double layer =
        2 * width * width + 2 * width * tiny.keyValueSize() + 3 * width * tiny.intermediateSize();
    double n = checkpoint().config().visionTokens();
    double layers = tiny.numHiddenLayers();
    return "select %s::float8"
        .formatted((2 * layers * layer * n + 4 * n * n * width * layers) / 1e12);
  }

  private static String latency(String aggregate) {
    return "select "
        + aggregate.formatted("queue_seconds + prefill_seconds + decode_seconds")
        + " from answer where run_id = 1";
  }

  @BeforeAll
  static void twoRuns() {
    jdbc = JdbcClient.create(DATABASE.dataSource());
    jdbc.sql("insert into run (name) values ('big'), ('small'), ('idle')").update();
    jdbc.sql(
            """
            insert into job_source (run_id, kind, location, image_root, fingerprint, from_outside)
            values (1, 'questions', 'q', :root, repeat('a', 64), false)
            """)
        .param("root", Tiny.images().toAbsolutePath().toString())
        .update();
    jobs(1, 10_000);
    jobs(2, 40);
    evaluated(1, 85.5);
    evaluated(2, 84);
    jdbc.sql("update image_job set prompt = :text where job_id = 1")
        .param("text", HOSTILE)
        .update();
  }

  private static void jobs(long run, int count) {
    jdbc.sql(
            """
            insert into image_job (run_id, source_id, custom_id, image_ref, image_key, prompt)
            select :run, case when :run = 1 then 1 end, 'job-' || i, image, coalesce(image, ''), 'What is in picture ' || i || '?'
            from generate_series(1, :count) i,
              lateral (select case
                when i % 10 = 0 then null
                when i % 100 = 1 then 'lost-' || i || '.png'
                else (:pictures::text[])[1 + i % array_length(:pictures::text[], 1)] end as image) image
            """)
        .param("run", run)
        .param("count", count)
        .param("pictures", pictures())
        .update();
    jdbc.sql(
            """
            with job as (
              select *, row_number() over (order by job_id) as i from image_job where run_id = :run
            ), failed as (
              insert into failure (run_id, job_id, stage, code, message, attempts, failed_at, sequence)
              select run_id, job_id, 'image', 'IMAGE_NOT_FOUND', image_ref || ' not found', 1, now(), i
              from job where i % 100 = 1
              union all
              select run_id, job_id, 'prompt', 'PROMPT_TOO_LONG', 'too long', 1, now(), i
              from job where i = 2
            ), waiting as (
              insert into waiting_job select job_id, run_id, image_key from job where i % 1000 = 7
            )
            insert into answer
            select run_id, job_id, 'It is number ' || i, null,
              case when i % 50 = 3 then 'repetition' when i % 9 = 0 then 'length' else 'eos' end,
              30 + i % 20,
              case when image_ref is null then 0 else 144 end, 1 + i * 7 % 60,
              0.01 * (i % 300), 0.1, 0.02 * (i % 60), 'm', 'f', now(), i
            from job where i % 100 <> 1 and i <> 2 and i % 1000 <> 7
            """)
        .param("run", run)
        .update();
    jdbc.sql(
            """
            insert into chunk_metric (
              run_id, step_execution_id, started_at, finished_at, jobs, answers, failures, images,
              distinct_images, prompt_tokens, vision_tokens, generated_tokens, fetch_seconds,
              image_decode_seconds, vision_seconds, prefill_seconds, decode_seconds,
              input_wait_seconds, wait_seconds, database_seconds, encoded_images, prefill_tokens,
              steps, step_tokens, prefix_hits,
              retries, batch_reductions, peak_memory_bytes, device, dtype, batch, model_fingerprint, compression)
            select :run, c / 200,
              timestamptz '2026-03-01 00:00Z' + c * interval '2 s' + c / 200 * interval '1 h',
              timestamptz '2026-03-01 00:00Z' + (c + 1) * interval '2 s' + c / 200 * interval '1 h',
              count(a.job_id) + count(f.job_id), count(a.job_id), count(f.job_id), count(image_ref),
              count(distinct image_ref), sum(prompt_tokens), sum(vision_tokens),
              sum(generated_tokens), 0.1, 0.2, 0.3, 0.4, 1, 0.1, 1.8, 0.05,
              count(distinct image_ref), sum(prompt_tokens) + 144 * count(distinct image_ref), 60,
              sum(generated_tokens), 5, c % 2, c % 3 / 2, 1000000000 + c, 'cpu', 'bfloat16', 32,
              :fingerprint, case when :run = 2 then 'prumerge+:tokens=64' else 'none' end
            from (
              select *, (row_number() over (order by job_id) - 1) / 32 as c
              from image_job where run_id = :run
            ) j
            left join answer a using (run_id, job_id)
            left join failure f using (run_id, job_id)
            group by c
            """)
        .param("run", run)
        .param("fingerprint", checkpoint().fingerprint())
        .update();
  }

  private static LlavaCheckpoint checkpoint() {
    return LlavaCheckpoint.open(Tiny.checkpoint(), Optional.of(Tiny.tower()));
  }

  private static void evaluated(long run, double score) {
    jdbc.sql(
            """
            insert into evaluation (run_id, benchmark, data_folder, strict, questions, answered, published)
            values (:run, 'pope', '/data', false, 10000, 9890, 86.2)
            """)
        .param("run", run)
        .update();
    jdbc.sql(
            """
            insert into evaluation_figure
            values (:run, 0, 'F1 of three', :score, true), (:run, 1, 'adversarial F1', 81.25, false)
            """)
        .param("run", run)
        .param("score", score)
        .update();
  }

  private static String[] pictures() {
    try (var files = Files.list(Tiny.images())) {
      return files.map(file -> file.getFileName().toString()).sorted().toArray(String[]::new);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void everyNumberIsThatOfTheTables() throws IOException {
    JsonNode report = new ObjectMapper().readTree(Files.readString(report("json")));

    Map<String, Double> facts = new LinkedHashMap<>();
    report.get("facts").forEach(f -> facts.put(f.get("name").asText(), f.get("value").asDouble()));
    assertThat(facts.remove("backoffs"))
        .as("the old name")
        .isEqualTo(facts.get("batch_reductions"));
    assertThat(facts.keySet()).containsExactlyInAnyOrderElementsOf(FACTS.keySet());
    facts.forEach(
        (name, value) ->
            assertThat(value).as(name).isCloseTo(sql(FACTS.get(name)), within(1e-6 * (1 + value))));
    report
        .get("seconds")
        .properties()
        .forEach(
            stage ->
                assertThat(stage.getValue().asDouble())
                    .as(stage.getKey())
                    .isCloseTo(
                        sql(
                            "select sum(%s_seconds) from chunk_metric where run_id = 1"
                                .formatted(stage.getKey().replace("answer_wait", "wait"))),
                        within(1e-6)));
    assertThat(report.at("/failures/0/count").asInt()).isEqualTo(100);
    assertThat(report.at("/samples/failed")).hasSize(7);
    assertThat(report.at("/samples/failed/1/code").asText()).isEqualTo("PROMPT_TOO_LONG");
    assertThat(report.at("/samples/failed/1/thumbnail").asText()).startsWith("data:image/jpeg");
    assertThat(report.at("/samples/answered")).hasSize(24);
    assertThat(report.at("/places/0/model_fingerprint").asText())
        .isEqualTo(checkpoint().fingerprint());
    assertThat(report.at("/places/0/compression").asText()).isEqualTo("none");
    assertThat(report.at("/places/0/weight_format").asText()).isEqualTo("plain");
    assertThat(report.at("/others/0/places/0/compression").asText())
        .isEqualTo("prumerge+:tokens=64");
    assertThat(report.at("/others/1/places")).isEmpty();
    assertThat(report.at("/others/0/facts/0/value").asInt()).isEqualTo(40);
    assertThat(report.at("/others/1/facts/0/value").asInt()).isZero();
    assertThat(report.at("/evaluations/0/figures/1/value").asDouble()).isEqualTo(81.25);
    assertThat(report.at("/evaluations/0/published"))
        .as("methods of which the paper gives the work for an image")
        .hasSize(8)
        .anySatisfy(
            published -> {
              assertThat(published.path("method").asText()).isEqualTo("YOPO");
              assertThat(published.path("tflop").asDouble()).isEqualTo(1.9);
              assertThat(published.path("score").asDouble()).isEqualTo(86.8);
            });
    assertThat(report.at("/attempts/1/second").asDouble()).isEqualTo(400);
  }

  @Test
  void everyBarAndEveryPointIsThatOfTheTables() throws IOException {
    JsonNode report = new ObjectMapper().readTree(Files.readString(report("json")));

    assertThat(report.get("timeline")).hasSize(60);
    for (JsonNode slice : report.get("timeline")) {
      double from = slice.get("second").asDouble();
      double to = from + slice.get("width").asDouble() + 1e-6;
      for (String sum : List.of("jobs", "failures", "generated_tokens")) {
        // Chunks take two seconds each; the hour between the attempts does not count.
        assertThat(slice.get(sum).asDouble())
            .isEqualTo(
                sql(
                    "select coalesce(sum(%s), 0) from (select *, 2 * row_number() over (order by metric_id) as ended from chunk_metric where run_id = 1) c where ended >= %f and ended < %f"
                        .formatted(sum, from, to > 626 ? 627 : to)));
      }
    }
    for (String tokens : List.of("prompt_tokens", "generated_tokens")) {
      assertThat(report.get(tokens)).hasSizeGreaterThan(10);
      for (JsonNode bin : report.get(tokens)) {
        assertThat(bin.get("answers").asDouble())
            .isEqualTo(
                sql(
                    "select count(*) from answer where run_id = 1 and %s between %d and %d"
                        .formatted(tokens, bin.get("from").asInt(), bin.get("to").asInt())));
      }
      assertThat(sum(report.get(tokens), "answers"))
          .isEqualTo(sql("select count(*) from answer where run_id = 1"));
    }
  }

  /** Layers that fuse text with an image do not run for other text. */
  @Test
  void promptsWithoutAnImageAreCountedApart() {
    RunFigures.Tokens tokens = new RunFiguresStore(DATABASE.dataSource()).figures(1).tokens();

    assertThat((double) tokens.promptWithImage())
        .isEqualTo(
            sql("select sum(prompt_tokens) from answer where run_id = 1 and vision_tokens > 0"))
        .isPositive()
        .isLessThan(tokens.prompt());
  }

  @Test
  void aTableHasTheSameNumbers() throws IOException {
    List<CSVRecord> rows =
        CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .get()
            .parse(Files.newBufferedReader(report("csv")))
            .getRecords();

    List<CSVRecord> numbers = rows.stream().filter(row -> !row.get("group").equals("Run")).toList();
    assertThat(numbers).hasSize(FACTS.size());
    for (CSVRecord row : numbers) {
      double value = Double.parseDouble(row.get("big"));
      assertThat(value)
          .as(row.get("fact"))
          .isCloseTo(sql(FACTS.get(row.get("fact"))), within(1e-5 * (1 + value)));
    }
    assertThat(rows.get(0).get("small")).isEqualTo("40");
    assertThat(report("md"))
        .content()
        .startsWith("# Run big\n")
        .contains("| Outcomes: Questions | 10,000 | 40 | 0 |\n")
        .contains("| Model | ")
        .contains("| Compression | none | prumerge+:tokens=64 |  |\n")
        .containsPattern("\\| Started \\| \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d \\|")
        .contains(
            "| image | IMAGE\\_NOT".replace("\\_", "_") + "_FOUND | 100 | lost-1.png not found |");
  }

  @Test
  void thePageIsSmallWholeAndDrawnInABrowser() throws Exception {
    Path page = report("html");
    assertThat(Files.size(page)).isLessThan(MOST_BYTES);
    assertThat(page).content().doesNotContain("src=\"http").doesNotContain("href=\"http");

    Chromium.Opened opened = Chromium.orSkip().open(page, folder.resolve("report.png"));

    assertThat(opened.errors()).isEmpty();
    assertThat(opened.dom()).contains("data-painted=\"8\"").doesNotContain("<b>&amp;");
    assertThat(Pattern.compile("<canvas ").matcher(opened.dom()).results().count()).isEqualTo(8);
    for (String colour : List.of("0072b2", "009e73", "56b4e9", "cc79a7", "d55e00", "e69f00")) {
      assertThat(pixels(folder.resolve("report.png"), Integer.parseInt(colour, 16)))
          .as("pixels of colour " + colour)
          .isGreaterThan(100);
    }
    assertThat(opened.dom()).contains("src=\"data:image/jpeg;base64,").contains("lost-1.png");
    assertThat(opened.dom())
        .contains(">prumerge+:tokens=64</td>", "Speeds and costs of runs with another model");
    assertThat(found(opened.dom(), "data-painted-millis=\"([0-9.]+)\"")).isLessThan(MOST_MILLIS);
    Map<String, List<Double>> shown =
        Pattern.compile("data-fact=\"(\\w+)\" data-value=\"([-0-9.e]+)\"")
            .matcher(opened.dom())
            .results()
            .collect(
                groupingBy(
                    fact -> fact.group(1),
                    mapping(fact -> Double.parseDouble(fact.group(2)), toList())));
    assertThat(shown.keySet()).isEqualTo(FACTS.keySet());
    shown.forEach(
        (name, values) -> {
          double expected = sql(FACTS.get(name));
          assertThat(values)
              .as(name)
              .allSatisfy(
                  value -> assertThat(value).isCloseTo(expected, within(1e-6 * (1 + value))));
        });
  }

  @Test
  void noPageIsWiderThanAPhoneOrAScreen() throws Exception {
    for (String run : List.of("big", "small", "idle")) {
      Path page = folder.resolve("width-" + run + ".html");
      Cli.on(DATABASE.settings())
          .ok("report", "--run", run, "--compare", "small", "idle", "--out", page);
      Files.writeString(
          page,
          "<script>addEventListener('load', () => {"
              + "document.body.dataset.beyond = document.documentElement.scrollWidth - document.documentElement.clientWidth;"
              + "document.body.dataset.ground = getComputedStyle(document.body).backgroundColor;"
              + "})</script>",
          StandardOpenOption.APPEND);
      for (int width : new int[] {390, 1280}) {
        Chromium.Opened opened =
            Chromium.orSkip().openNarrow(page, width, width == 390, folder.resolve("width"));

        assertThat(opened.errors()).as(run).isEmpty();
        assertThat(opened.dom()).as(run + " at " + width).contains("data-beyond=\"0\"");
        assertThat(opened.dom())
            .as("dark on the phone, light on the screen")
            .contains("data-ground=\"" + (width == 390 ? "rgb(15, 20, 24)" : "rgb(255, 255, 255)"));
      }
    }
  }

  private static long pixels(Path picture, int colour) throws IOException {
    BufferedImage image = ImageIO.read(picture.toFile());
    return IntStream.range(0, image.getWidth() * image.getHeight())
        .filter(
            i -> (image.getRGB(i % image.getWidth(), i / image.getWidth()) & 0xffffff) == colour)
        .count();
  }

  @Test
  void aRunThatWasNeverBegunHasAReportToo() throws IOException {
    Path out = folder.resolve("idle.json");
    Cli.on(DATABASE.settings()).ok("report", "--run", "idle", "--format", "json", "--out", out);

    JsonNode report = new ObjectMapper().readTree(out.toFile());
    assertThat(report.get("started").asText()).isEmpty();
    assertThat(report.get("timeline")).isEmpty();
    assertThat(report.get("facts").get(0).get("value").asInt()).isZero();
  }

  @Test
  void aRunOfAVersionThatMeasuredLessTellsNothingThatItDoesNotKnow() throws IOException {
    jdbc.sql("insert into run (name) values ('old')").update();
    long run = jdbc.sql("select run_id from run where name = 'old'").query(Long.class).single();
    jobs(run, 40);
    jdbc.sql("delete from chunk_metric where run_id = :run").param("run", run).update();
    jdbc.sql(
            """
            insert into chunk_metric (
              run_id, step_execution_id, started_at, finished_at, jobs, answers, failures,
              distinct_images, prompt_tokens, vision_tokens, generated_tokens, wait_seconds)
            values (:run, 1, now(), now() + interval '8 s', 40, 38, 2, 5, 10, 10, 100, 7)
            """)
        .param("run", run)
        .update();
    Path out = folder.resolve("old.json");
    Cli.on(DATABASE.settings()).ok("report", "--run", "old", "--format", "json", "--out", out);

    JsonNode report = new ObjectMapper().readTree(out.toFile());
    assertThat(report.get("facts").findValuesAsText("name"))
        .contains("questions_per_second")
        .doesNotContain("saved_by_sharing", "prefill_tokens", "gflops");
    assertThat(report.get("places")).isEmpty();
    assertThat(report.at("/seconds/answer_wait").asDouble()).isEqualTo(7);
  }

  @Test
  void whatCannotBeReportedIsNamed() {
    Cli cli = Cli.on(DATABASE.settings());
    cli.run("report", "--run", "nobody", "--out", folder.resolve("x"))
        .complainsInOneLine(2, "there is no run \"nobody\"");
    cli.run("report", "--run", "big", "--price-per-hour", "-1", "--out", folder.resolve("x"))
        .complainsInOneLine(2, "price per hour must be 0 or more");
    for (String price : List.of("2,50", "EUR2EUR", "cheap", "", "1e400")) {
      cli.run("report", "--run", "big", "--price-per-hour", price, "--out", folder.resolve("x"))
          .complainsInOneLine(2, "written as 2.50 or 2.50EUR");
    }
    cli.run("report", "--run", "big", "--peak-gflops", "9", "--out", folder.resolve("x"))
        .complainsInOneLine(2, "--peak-gflops needs --model");
    cli.run(
            "report",
            "--run",
            "big",
            "--model",
            Golden.file("checkpoints/small"),
            "--out",
            folder.resolve("x"))
        .complainsInOneLine(2, "answered by another model");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void theWorkOfARunIsThatOfTheGivenModelThatAnsweredIt() throws IOException {
    Path out = folder.resolve("models.json");
    Cli.on(DATABASE.settings())
        .ok(
            "report",
            "--run",
            "big",
            "--model",
            Tiny.checkpoint(),
            Golden.file("checkpoints/small"),
            "--vision-tower",
            Tiny.tower(),
            "--out",
            out);

    assertThat(new ObjectMapper().readTree(Files.readString(out)).path("facts"))
        .filteredOn(fact -> fact.path("name").asText().equals("image_tflop"))
        .extracting(fact -> fact.path("value").asDouble())
        .containsExactly(sql(imageTeraFlop()));
  }

  private static Path report(String format) {
    Path out = folder.resolve("report." + format);
    Cli.on(DATABASE.settings())
        .ok(
            "report",
            "--run",
            "big",
            "--compare",
            "small",
            "idle",
            "--model",
            Tiny.checkpoint(),
            "--vision-tower",
            Tiny.tower(),
            "--peak-gflops",
            "2.5",
            "--price-per-hour",
            "7.2",
            "--format",
            format,
            "--out",
            out);
    return out;
  }

  private static double sql(String query) {
    return jdbc.sql(query).query(Double.class).single();
  }

  private static double sum(JsonNode list, String field) {
    double sum = 0;
    for (JsonNode one : list) {
      sum += one.get(field).asDouble();
    }
    return sum;
  }

  private static double found(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return Double.parseDouble(matcher.group(1));
  }
}
