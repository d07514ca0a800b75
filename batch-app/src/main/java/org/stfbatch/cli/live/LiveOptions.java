package org.stfbatch.cli.live;

import io.micrometer.observation.ObservationRegistry;
import java.util.List;
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
      names = "--http",
      paramLabel = "[HOST:]PORT",
      description =
          "Serve /health, /ready, Prometheus' /metrics and the run's live page / there; without HOST to this machine alone, 0.0.0.0 for all; port 0 for any free one.")
  private HttpAddress address;

  @Option(
      names = "--http-host",
      paramLabel = "NAME",
      description =
          "A name by which --http may be asked, beside localhost, the machine's own and every address in digits; may be"
              + " given several times. Other names are refused, so that no web site can have its name lead there.")
  private List<String> hosts = List.of();

  @Option(
      names = "--http-token",
      paramLabel = "TOKEN",
      defaultValue = "${env:STF_BATCH_HTTP_TOKEN}",
      description =
          "Who asks --http for more than /health and /ready has to show this token: a browser by opening /?token=TOKEN once, a program in the header Authorization: Bearer TOKEN. Better given as $STF_BATCH_HTTP_TOKEN.")
  private String token;

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

  /**
   * @throws IllegalArgumentException if the token cannot be used
   */
  public void check() {
    if (address != null) {
      token();
    }
  }

  private AccessToken token() {
    return token == null ? AccessToken.none() : AccessToken.of(token);
  }

  /**
   * Begins to show the process, if a port is given.
   *
   * @param ready whether it can work
   * @param doing one line, for people
   * @param run the one that is worked on, if there is one
   */
  public Shown open(
      BooleanSupplier ready,
      Supplier<String> doing,
      Supplier<Optional<Run>> run,
      DataSource dataSource,
      LoadedModel model) {
    return new Shown(
        Optional.ofNullable(address)
            .map(
                given ->
                    new Live(
                        given,
                        hosts,
                        token(),
                        ready,
                        doing,
                        model.watchdog()::problems,
                        run,
                        dataSource,
                        model,
                        observed)));
  }
}
