package org.stfbatch.cli.live;

import io.micrometer.observation.ObservationRegistry;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.stfbatch.cli.option.LoadedModel;
import org.stfbatch.db.Run;
import org.stfbatch.job.Progress;
import picocli.CommandLine.Option;

/** Whether the process shows itself over HTTP. */
public final class LiveOptions {
  @Option(
      names = {"--http", "--health-port"},
      paramLabel = "[HOST:]PORT",
      description =
          "Serve /health, /ready, Prometheus' /metrics and the run's live page / there; port 0 for any free one.")
  private HttpAddress address;

  private final ObservationRegistry observed = ObservationRegistry.create();

  /** A process that may show itself. */
  public static final class Shown implements AutoCloseable {
    private final Optional<Live> live;

    private Shown(Optional<Live> live) {
      this.live = live;
    }

    /** One that shows nothing. */
    public static Shown nothing() {
      return new Shown(Optional.empty());
    }

    /** Counts outcomes if somebody may ask for them, and tells them on. */
    public Progress counting(Progress next) {
      return live.map(counting -> counting.counting(next)).orElse(next);
    }

    @Override
    public void close() {
      live.ifPresent(Live::close);
    }
  }

  /** What Spring Batch tells its times to. */
  public ObservationRegistry observations() {
    return address == null ? ObservationRegistry.NOOP : observed;
  }

  /** See {@link Live#Live}; shows nothing if no port is given. */
  public Shown open(
      BooleanSupplier ready,
      Supplier<String> doing,
      Supplier<Optional<Run>> run,
      DataSource dataSource,
      LoadedModel model) {
    return new Shown(
        Optional.ofNullable(address)
            .map(given -> new Live(given, ready, doing, run, dataSource, model, observed)));
  }
}
