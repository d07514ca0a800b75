package org.stfbatch.cli;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.stfbatch.db.Run;
import org.stfbatch.engine.Engine;
import picocli.CommandLine.Option;

/** Whether the process shows itself over HTTP. */
final class LiveOptions {
  @Option(
      names = {"--http", "--health-port"},
      paramLabel = "PORT",
      description =
          "Serve /health, /ready, Prometheus' /metrics and the run's live page / on this port; 0 for any free one.")
  private Integer port;

  /** See {@link Live#on}; nothing if no port is given. */
  Live open(
      BooleanSupplier ready,
      Supplier<String> doing,
      Supplier<Optional<Run>> run,
      DataSource dataSource,
      Engine engine) {
    return port == null ? Live.none() : Live.on(port, ready, doing, run, dataSource, engine);
  }
}
