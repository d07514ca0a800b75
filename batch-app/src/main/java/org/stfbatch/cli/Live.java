package org.stfbatch.cli;

import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.stfbatch.db.Run;
import org.stfbatch.engine.Engine;
import org.stfbatch.job.Progress;
import org.stfbatch.report.HtmlPage;
import org.stfbatch.report.ReportReader;

/**
 * What a working process shows of itself over HTTP: its state, its metrics and its run's report.
 */
final class Live implements AutoCloseable {
  private static final int REFRESH_SECONDS = 10;
  private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

  private final Optional<LiveMetrics> metrics;
  private final Optional<HealthServer> server;

  private Live(Optional<LiveMetrics> metrics, Optional<HealthServer> server) {
    this.metrics = metrics;
    this.server = server;
  }

  /** Nobody looks. */
  static Live none() {
    return new Live(Optional.empty(), Optional.empty());
  }

  /**
   * Begins to listen.
   *
   * @param port 0 for any free one
   * @param ready whether it can work
   * @param doing one line, for people
   * @param run the one that is worked on, if there is one
   */
  static Live on(
      int port,
      BooleanSupplier ready,
      Supplier<String> doing,
      Supplier<Optional<Run>> run,
      DataSource dataSource,
      Engine engine) {
    HealthServer server = new HealthServer(port, ready, doing);
    LiveMetrics metrics = new LiveMetrics(engine);
    ReportReader reports = new ReportReader(dataSource, Clock.systemUTC());
    server.serve("/metrics", METRICS, metrics::scrape);
    server.serve("/", "text/html; charset=utf-8", () -> page(reports, run.get(), doing));
    Notices.onStderr("health on port " + server.port());
    return new Live(Optional.of(metrics), Optional.of(server));
  }

  private static String page(ReportReader reports, Optional<Run> run, Supplier<String> doing) {
    if (run.isEmpty()) {
      return "<!doctype html><meta http-equiv=\"refresh\" content=\"5\"><title>stf-batch</title><p>"
          + doing.get().replace("&", "&amp;").replace("<", "&lt;");
    }
    StringWriter page = new StringWriter();
    try {
      HtmlPage.refreshing(REFRESH_SECONDS)
          .write(reports.read(run.get(), List.of(), OptionalDouble.empty()), page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the server is being closed", e);
    }
    return page.toString();
  }

  /** What Spring Batch tells its times to. */
  ObservationRegistry observations() {
    return metrics.map(LiveMetrics::observations).orElse(ObservationRegistry.NOOP);
  }

  /** Counts outcomes, and tells them on. */
  Progress counting(Progress next) {
    return metrics.map(counting -> counting.counting(next)).orElse(next);
  }

  @Override
  public void close() {
    server.ifPresent(HealthServer::close);
    metrics.ifPresent(LiveMetrics::close);
  }
}
