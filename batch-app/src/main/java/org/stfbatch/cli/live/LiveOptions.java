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

/** Options of the HTTP server. */
public final class LiveOptions {
  @Option(
      names = "--http",
      paramLabel = "[HOST:]PORT",
      description =
          "Serve /health, /ready, Prometheus' /metrics and the run's live page / at this address. Without HOST, only this machine can connect; 0.0.0.0 listens on all interfaces; port 0 means any free port.")
  private HttpAddress address;

  @Option(
      names = "--http-host",
      paramLabel = "NAME",
      description =
          "A further host name that requests to --http may use, besides localhost, the machine's name and every IP address; may be"
              + " repeated. Other names are refused, against DNS rebinding.")
  private List<String> hosts = List.of();

  @Option(
      names = "--http-token",
      paramLabel = "TOKEN",
      defaultValue = "${env:STF_BATCH_HTTP_TOKEN}",
      description =
          "Require this token for all paths but /health and /ready: a browser opens /?token=TOKEN once, a program sends the header Authorization: Bearer TOKEN. Prefer $STF_BATCH_HTTP_TOKEN, which other users cannot see.")
  private String token;

  private final ObservationRegistry observed = ObservationRegistry.create();

  /** The HTTP server of a process, if there is one. */
  public static final class Shown implements AutoCloseable {
    private final Optional<Live> live;

    private Shown(Optional<Live> live) {
      this.live = live;
    }

    /** Returns an instance without a server. */
    public static Shown nothing() {
      return new Shown(Optional.empty());
    }

    /** Wraps a progress listener to count outcomes for the metrics. */
    public Progress counting(Progress next) {
      return live.map(counting -> counting.counting(next)).orElse(next);
    }

    @Override
    public void close() {
      live.ifPresent(Live::close);
    }
  }

  /** Returns the registry of Spring Batch's observations. */
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

  private HttpAccess access(HttpAddress given) {
    AcceptedHosts accepted = new AcceptedHosts(given.socket().getHostString(), hosts);
    return new HttpAccess(given, accepted, token());
  }

  /**
   * Starts the server, if a port is given.
   *
   * @param ready whether the process can work
   * @param doing current activity in one line, for users
   * @param run the current run, if there is one
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
                        access(given),
                        new ProcessState(ready, doing, model.watchdog()::problems),
                        run,
                        dataSource,
                        model,
                        observed)));
  }
}
