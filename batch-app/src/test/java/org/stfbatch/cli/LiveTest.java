package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;

/** The HTTP view of a working process, and what other processes see of its run. */
@Timeout(180)
class LiveTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final Path OPERATIONS = Path.of("../scripts/operations");
  private static final int QUESTIONS = 6000;

  /** The number of answers that may be counted and not committed yet. */
  private static final int CHUNK = 32;

  @TempDir private Path folder;

  @Test
  void aWorkingProcessShowsItsStateItsMetricsAndItsRun() throws Exception {
    ingest("shown", QUESTIONS);
    try (ChildJvm child = infer("shown", "--http", "127.0.0.1:0")) {
      assertThat(child.runsUntil(() -> status("shown").failed() > 0)).as(child::err).isTrue();
      String scrape = child.get("/metrics").body();

      assertThat(child.get("/health").body()).isEqualTo("answering run shown\n");
      assertThat(child.get("/ready").statusCode()).isEqualTo(200);
      assertThat(child.get("/nothing").statusCode()).isEqualTo(404);
      assertThat(wanted()).hasSizeGreaterThan(15).allMatch(metric -> metric.isIn(scrape), scrape);
      assertThat(value(scrape, "stf_batch_jobs_total{outcome=\"answered\"}"))
          .isBetween(1.0, (double) status("shown").answered() + CHUNK);
      assertThat(value(scrape, "stf_batch_jobs_total{outcome=\"failed\"}")).isPositive();
      assertThat(scrape)
          .containsPattern(
              "stf_batch_model_info\\{compression=\"none\",.*weight_format=\"plain\"} 1");

      Chromium.Opened opened = Chromium.orSkip().openLive(child.page("/"), folder.resolve("live"));
      assertThat(opened.errors()).isEmpty();
      assertThat(opened.dom())
          .contains("<title>Run shown</title>", "answering run shown", "data-painted=\"6\"");
      JsonNode live = new ObjectMapper().readTree(child.get("/report.json").body());
      assertThat(live.at("/report/facts/0/value").asInt()).isEqualTo(QUESTIONS);
      assertThat(live.at("/per_second").asDouble()).isPositive();
      assertThat(live.at("/unstored").asLong()).isBetween(0L, (long) CHUNK);
      assertThat(child.runsUntil(() -> hasRunJobs(child))).as(child::err).isTrue();

      child.terminate();
      assertThat(lastReport(child).path("ended").asBoolean()).isTrue();
      assertThat(child.exitCode()).as(child::err).isEqualTo(1);
    }
  }

  /** The server runs until the page has fetched the final report. */
  @Test
  void aPageThatStaysOpenShowsTheRunToItsEndAndAfterIt() throws Exception {
    Chromium chromium = Chromium.orSkip();
    // More than are answered while the browser starts.
    ingest("followed", 1200);
    try (ChildJvm child = infer("followed", "--http", "127.0.0.1:0")) {
      assertThat(child.runsUntil(() -> status("followed").answered() > 0)).as(child::err).isTrue();
      try (BrowserTab tab = chromium.tab(child.page("/"), folder.resolve("profile"), 390)) {
        assertThat(child.runsUntil(() -> says(tab, "run", "followed"))).as(child::err).isTrue();
        assertThat(child.exitCode()).as(child::err).isZero();

        assertThat(tab.text("doing")).isEqualTo("the process has ended");
        assertThat(tab.text("state")).isEqualTo("complete, 12 failed");
        assertThat(tab.evaluate("document.getElementById('banner').hidden")).isEqualTo("true");
        assertThat(tab.evaluate("document.querySelector('[data-fact=answered]').dataset.value"))
            .isEqualTo("1188");
        assertThat(tab.evaluate("document.documentElement.scrollWidth <= innerWidth"))
            .as("as wide as a phone")
            .isEqualTo("true");
        tab.picture(Path.of("target", "live-after-its-end.png"));
      }
    }
  }

  private static boolean says(BrowserTab tab, String id, String text) {
    try {
      return tab.text(id).contains(text);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the final report that an open page gets. */
  private static JsonNode lastReport(ChildJvm child) throws IOException, InterruptedException {
    while (true) {
      JsonNode live = new ObjectMapper().readTree(child.get("/report.json").body());
      if (live.path("ended").asBoolean()) {
        RunStatus status = status("shown");
        assertThat(live.at("/report/facts/1/value").asLong()).isEqualTo(status.answered());
        return live;
      }
    }
  }

  /** The gauges are refreshed in the background, so that a scrape never waits for the database. */
  private static boolean hasRunJobs(ChildJvm child) {
    try {
      String scrape = child.get("/metrics").body();
      double jobs = 0;
      for (String state : List.of("answered", "failed", "waiting")) {
        jobs += value(scrape, "stf_batch_run_jobs{state=\"" + state + "\"}");
      }
      return jobs == QUESTIONS;
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  @Test
  void aRunCanBeWatchedToItsEnd() throws Exception {
    ingest("watched", 200);
    try (ChildJvm watching = watch("watched")) {
      assertThat(watching.runsUntil(() -> watching.out().contains("nobody works on it")))
          .as(watching::err)
          .isTrue();
      try (ChildJvm working = infer("watched")) {
        assertThat(working.exitCode()).as(working::err).isZero();
      }
      assertThat(watching.exitCode()).as(watching::err).isZero();
      assertThat(watching.out())
          .contains("0/200 jobs of run watched", "200/200 jobs of run watched")
          .contains("nothing is waiting", "questions/s", "vision", "2 IMAGE_NOT_FOUND");
    }
  }

  @Test
  void watchingEndsWithoutTheRun() throws Exception {
    ingest("left", 3);
    try (ChildJvm watching = watch("left")) {
      assertThat(watching.runsUntil(() -> watching.out().contains("0/3 jobs"))).isTrue();
      watching.terminate();
      assertThat(watching.exitCode()).as(watching::err).isZero();
      assertThat(watching.err()).as("it commits nothing").doesNotContain("commit");
    }
    assertThat(status("left").waiting()).isEqualTo(3);
  }

  @Test
  void whereNobodyCanListenIsNamed() {
    ingest("unheard", 3);
    Cli.on(DATABASE.settings())
        .run(
            "infer",
            "--run",
            "unheard",
            "--model",
            Tiny.checkpoint(),
            "--vision-tower",
            Tiny.tower(),
            "--http",
            "203.0.113.1:80")
        .complainsInOneLine(2, "cannot listen on 203.0.113.1:80", "--http");
    Cli.Ran ran =
        Cli.on(DATABASE.settings())
            .run("infer", "--run", "unheard", "--model", Tiny.checkpoint(), "--http", "80000");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("\"80000\" is no port");
  }

  /** Returns the metrics of the dashboard and the alerts. */
  private static List<PrometheusNames.Wanted> wanted() throws IOException {
    JsonNode dashboard =
        new ObjectMapper().readTree(OPERATIONS.resolve("grafana-dashboard.json").toFile());
    JsonNode alerts =
        new YAMLMapper().readTree(OPERATIONS.resolve("prometheus-alerts.yml").toFile());
    return Stream.concat(
            dashboard.findValuesAsText("expr").stream(), alerts.findValuesAsText("expr").stream())
        .flatMap(expression -> PrometheusNames.of(expression).stream())
        .distinct()
        .toList();
  }

  private void ingest(String run, int count) {
    Questions questions = new Questions();
    List<Tiny.Recorded> recorded = Tiny.answers();
    for (int i = 0; i < count; i++) {
      Tiny.Recorded one = recorded.get(i % recorded.size());
      questions.ask(i, i % 100 == 0 ? "lost.png" : one.image(), one.question() + " " + i);
    }
    try {
      Path file = questions.writeTo(folder.resolve(run + ".jsonl"));
      Cli.on(DATABASE.settings())
          .ok("ingest", "--run", run, "--questions", file, "--images", Tiny.images());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private ChildJvm infer(String run, Object... more) {
    Object[] command = {
      "infer",
      "--run",
      run,
      "--model",
      Tiny.checkpoint(),
      "--vision-tower",
      Tiny.tower(),
      "--max-new-tokens",
      8
    };
    return ChildJvm.start(
        folder, DATABASE.settings(), Stream.of(command, more).flatMap(Stream::of).toArray());
  }

  private ChildJvm watch(String run) {
    return ChildJvm.start(folder, DATABASE.settings(), "watch", "--run", run, "--every", "100ms");
  }

  private static RunStatus status(String run) {
    return new RunStatusStore(DATABASE.dataSource())
        .status(new RunStore(DATABASE.dataSource()).find(run).orElseThrow());
  }

  private static double value(String scrape, String sample) {
    return scrape
        .lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + sample + " in\n" + scrape));
  }
}
