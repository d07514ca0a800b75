package org.stfbatch.cli.live;

import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.cli.console.Throughput;
import org.stfbatch.cli.option.LoadedModel;
import org.stfbatch.db.Run;
import org.stfbatch.job.Progress;
import org.stfbatch.report.HtmlPage;
import org.stfbatch.report.LiveReport;
import org.stfbatch.report.ReportReader;
import org.stfbatch.report.ReportTerms;

/** HTTP view of a working process: its state, its metrics and its run's report. */
final class Live implements AutoCloseable {
  private static final Duration REFRESH = Duration.ofSeconds(5);
  private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";
  private static final String HTML = "text/html; charset=utf-8";
  private static final String JSON = "application/json; charset=utf-8";

  private final HealthServer server;
  private final LiveMetrics metrics;
  private final Refreshed<Optional<RunNow>> status;
  private final Refreshed<String> report;
  private final LastReport last;
  private final Throughput throughput = new Throughput();

  /**
   * Starts to listen.
   *
   * @param run the current run, if there is one
   * @param observed registry of Spring Batch's observations
   */
  Live(
      HttpAccess access,
      ProcessState state,
      Supplier<Optional<Run>> run,
      DataSource dataSource,
      LoadedModel model,
      ObservationRegistry observed) {
    server = new HealthServer(access, state);
    status = new Refreshed<>(() -> run.get().map(one -> RunNow.read(one, dataSource)), REFRESH);
    metrics = new LiveMetrics(model, observed, () -> status.latest().flatMap(latest -> latest));
    ReportReader reports = new ReportReader(dataSource, Clock.systemUTC());
    report = new Refreshed<>(() -> report(reports, run.get(), state.doing().get(), false), REFRESH);
    last =
        new LastReport(
            report::get, () -> report(reports, run.get(), state.doing().get(), true), REFRESH);
    String page = page();
    server.serve("/metrics", METRICS, ContentPolicy.NOTHING, metrics::scrape);
    server.serve("/report.json", JSON, ContentPolicy.NOTHING, last::serve);
    server.serve("/", HTML, ContentPolicy.of(page), () -> page);
    Notices.onStderr(
        "serving http://%s:%d/ (the live report), /health, /ready and /metrics"
            .formatted(access.address().socket().getHostString(), server.port()));
    if (access.isPublic()) {
      Notices.onStderr(
          "anybody who reaches "
              + access.address()
              + " sees the run's pictures and prompts; --http-token asks for a token");
    }
  }

  private String report(ReportReader reports, Optional<Run> run, String doing, boolean ended) {
    try {
      return LiveReport.json(
          doing,
          ended,
          throughput.unstored(),
          perSecond(),
          run.isEmpty()
              ? Optional.empty()
              : Optional.of(reports.read(run.get(), List.of(), ReportTerms.NONE)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the process ends", e);
    }
  }

  /** Returns the throughput, of all workers together if the run is shared. */
  private double perSecond() {
    return status
        .latest()
        .flatMap(latest -> latest)
        .filter(RunNow::isShared)
        .map(now -> now.status().questionsPerSecond())
        .orElseGet(throughput::perSecond);
  }

  private static String page() {
    StringWriter page = new StringWriter();
    try {
      HtmlPage.live("report.json", REFRESH, page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return page.toString();
  }

  /** Wraps a progress listener to count outcomes. */
  Progress counting(Progress next) {
    return metrics.progress().andThen(throughput).andThen(next);
  }

  /** Stops the server; an open page gets the final report first. */
  @Override
  public void close() {
    last.show();
    server.close();
    report.close();
    status.close();
    metrics.close();
  }
}
