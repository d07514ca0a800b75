package org.stfbatch.cli.live;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.stfbatch.cli.option.LoadedModel;
import org.stfbatch.db.RunStatus;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.job.ProcessMemory;
import org.stfbatch.job.Progress;
import org.stfbatch.job.infer.ModelName;

/**
 * Metrics of the process since its start, for Prometheus: the engine's work, the jobs' outcomes,
 * the JVM, and Spring Batch's observations. Thread safe.
 */
final class LiveMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Supplier<Optional<RunNow>> now;
  private final Engine engine;
  private static final String BATCH_REDUCTIONS =
      "Batch reductions after a failed device call, for example out of memory";

  private final Counter answered = outcomes("answered");
  private final Counter failed = outcomes("failed");

  /**
   * @param observed registry of Spring Batch's observations
   * @param now the current run; must not block
   */
  LiveMetrics(LoadedModel model, ObservationRegistry observed, Supplier<Optional<RunNow>> now) {
    this.engine = model.engine();
    this.now = now;
    observed.observationConfig().observationHandler(new DefaultMeterObservationHandler(registry));
    engine();
    jobs("answered", RunStatus::answered);
    jobs("failed", RunStatus::failed);
    jobs("waiting", RunStatus::waiting);
    run(
        "workers",
        "Workers that share the current run; 0 if it is not shared",
        run -> run.workers().size());
    run(
        "questions.per.second",
        "Questions per second of the current run, all workers together",
        run -> run.status().questionsPerSecond());
    run(
        "eta.seconds",
        "Estimated seconds until the current run is done",
        run -> run.status().etaSeconds().orElse(0));
    run(
        "reused",
        "Of the answered jobs of the current run, those whose answer was reused",
        run -> run.status().reused());
    process(model.name());
  }

  private void engine() {
    count("stf.batch.images", "Images encoded by the vision tower", EngineStatistics::images);
    count(
        "stf.batch.steps",
        "Decode steps, also those with prefill in the same call",
        EngineStatistics::steps);
    count("stf.batch.prefix.hits", "Prefix cache hits", EngineStatistics::prefixHits);
    count(
        "stf.batch.retries",
        "Sequences started again after a batch reduction",
        EngineStatistics::retries);
    count("stf.batch.batch.reductions", BATCH_REDUCTIONS, EngineStatistics::batchReductions);
    count(
        "stf.batch.backoffs",
        "Deprecated: use stf_batch_batch_reductions_total",
        EngineStatistics::batchReductions);
    tokens("prompt", EngineStatistics::prefillTokens);
    tokens("generated", EngineStatistics::decodedTokens);
    seconds("vision", EngineStatistics::encodeSeconds);
    seconds("prefill", LiveMetrics::prefillSeconds);
    seconds("decode", statistics -> statistics.decodeOnly().seconds());
  }

  private static double prefillSeconds(EngineStatistics statistics) {
    return statistics.prefixSeconds()
        + statistics.stepSeconds()
        - statistics.decodeOnly().seconds();
  }

  private Counter outcomes(String outcome) {
    return Counter.builder("stf.batch.jobs")
        .description("Jobs that got an outcome from this process")
        .tag("outcome", outcome)
        .register(registry);
  }

  private void jobs(String state, ToLongFunction<RunStatus> jobs) {
    Gauge.builder(
            "stf.batch.run.jobs",
            () -> now.get().map(run -> jobs.applyAsLong(run.status())).orElse(null))
        .description("Jobs of the current run, by any worker")
        .tag("state", state)
        .register(registry);
  }

  private void run(String name, String what, ToDoubleFunction<RunNow> figure) {
    Gauge.builder("stf.batch.run." + name, () -> now.get().map(figure::applyAsDouble).orElse(null))
        .description(what)
        .register(registry);
  }

  private void tokens(String kind, ToDoubleFunction<EngineStatistics> figure) {
    counter(
            "stf.batch.tokens",
            "Tokens processed by the language model; prompt includes vision tokens",
            figure)
        .tag("kind", kind)
        .register(registry);
  }

  private void seconds(String stage, ToDoubleFunction<EngineStatistics> figure) {
    counter("stf.batch.device.seconds", "Device time, summed over devices", figure)
        .tag("stage", stage)
        .register(registry);
  }

  private void count(String name, String what, ToDoubleFunction<EngineStatistics> figure) {
    counter(name, what, figure).register(registry);
  }

  private FunctionCounter.Builder<Engine> counter(
      String name, String what, ToDoubleFunction<EngineStatistics> figure) {
    return FunctionCounter.builder(name, engine, e -> figure.applyAsDouble(e.statistics()))
        .description(what);
  }

  private void process(ModelName model) {
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    Gauge.builder("stf.batch.memory", ProcessMemory::residentBytes)
        .description("Resident memory of the process, mapped weights included")
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("stf.batch.model.info", () -> 1)
        .description("The loaded model and its device")
        .tag("model", model.name())
        .tag("fingerprint", model.identity().fingerprint())
        .tag("compression", model.identity().compression())
        .tag("weight_format", model.identity().weightFormat())
        .tag("device", model.place().device())
        .tag("dtype", model.place().dtype())
        .register(registry);
  }

  /** Returns the listener that counts outcomes. */
  Progress progress() {
    return step -> {
      answered.increment(step.done() - step.failed());
      failed.increment(step.failed());
    };
  }

  /** Returns the metrics in Prometheus' text format. */
  String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
